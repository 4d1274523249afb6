// Restores a backup, and kills itself before the n-th change of a file or of a database.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import Sqlite from 'better-sqlite3';
import { restore } from '../../../src/db/restore.ts';
import { argument, sendLine } from './parent.ts';

const [database, source, killAt] = [argument(0), argument(1), Number(argument(2))];
let changes = 0;

function countChange(): void {
  changes += 1;
  if (changes === killAt) process.kill(process.pid, 'SIGKILL');
}

for (const name of ['fsyncSync', 'linkSync', 'openSync', 'renameSync', 'rmSync'] as const) {
  const original = fs[name] as (...parameters: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...parameters: unknown[]) => {
      countChange();
      return original(...parameters);
    },
  });
}
syncBuiltinESMExports();
for (const name of ['exec', 'pragma', 'close'] as const) {
  const original = Sqlite.prototype[name] as (...parameters: unknown[]) => unknown;
  Object.assign(Sqlite.prototype, {
    [name](...parameters: unknown[]) {
      countChange();
      return original.apply(this, parameters);
    },
  });
}

await restore({
  database,
  source,
  onProgress: () => {},
  signal: new AbortController().signal,
  now: () => Date.UTC(2026, 10, 24, 2),
});
sendLine(JSON.stringify({ changes }));
process.exit(0);
