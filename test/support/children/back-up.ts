// Backs a database up; as a third argument the number of the step at which it kills itself.
import { backUp } from '../../../src/db/backup.ts';
import { messageOf, UserError } from '../../../src/lib/errors.ts';
import { argument, tell } from './speak.ts';

// Beyond the limit of a file's size the system sends this signal; unheard, the write fails.
process.on('SIGXFSZ', () => {});
const killAt = Number(argument(2));
let steps = 0;
const onProgress = () => {
  steps += 1;
  if (steps === killAt) process.kill(process.pid, 'SIGKILL');
};
const paths = { source: argument(0), target: argument(1) };
try {
  const bytes = await backUp({ ...paths, onProgress, signal: new AbortController().signal });
  tell(JSON.stringify({ kind: 'done', bytes }));
} catch (error) {
  const kind = error instanceof UserError ? 'UserError' : 'bug';
  tell(JSON.stringify({ kind, message: messageOf(error), hint: (error as UserError).hint }));
}
