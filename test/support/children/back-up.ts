// Backs up a database. The third argument is the number of the step at which it kills itself.
import { backUp } from '../../../src/db/backup.ts';
import { messageOf, UserError } from '../../../src/lib/errors.ts';
import { argument, sendLine } from './parent.ts';

// The system sends this signal at a file size limit; with a handler, the write fails instead.
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
  sendLine(JSON.stringify({ kind: 'done', bytes }));
} catch (error) {
  const kind = error instanceof UserError ? 'UserError' : 'bug';
  sendLine(JSON.stringify({ kind, message: messageOf(error), hint: (error as UserError).hint }));
}
