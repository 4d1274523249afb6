// Loaded before the program: prints the size of the WAL file up to which a power cut loses nothing.
import { statSync, writeSync } from 'node:fs';
import Sqlite from 'better-sqlite3';

/** `pragma synchronous`: a commit returns once the WAL file is on disk */
const FULL = 2;

/** outside a transaction, each of them is a commit of its own */
const WRITES = /^(commit|insert|update|delete)/;

const memory = new Sqlite(':memory:');
const statements = Object.getPrototypeOf(memory.prepare('select 1')) as Sqlite.Statement;
memory.close();
for (const name of ['run', 'all'] as const) {
  const execute = statements[name] as (this: Sqlite.Statement, ...parameters: unknown[]) => never;
  statements[name] = function (this: Sqlite.Statement, ...parameters: unknown[]) {
    const result = execute.apply(this, parameters);
    if (!this.database.inTransaction && WRITES.test(this.source)) report(this.database);
    return result;
  };
}

function report(database: Sqlite.Database): void {
  if (database.pragma('synchronous', { simple: true }) !== FULL) return;
  writeSync(2, `synced: ${statSync(`${database.name}-wal`).size}\n`);
}
