// Prints a line on standard error each time that SQLite reports a lock of another process.
import { writeSync } from 'node:fs';
import Sqlite from 'better-sqlite3';

const memory = new Sqlite(':memory:');
const statements = Object.getPrototypeOf(memory.prepare('select 1')) as Sqlite.Statement;
memory.close();
for (const name of ['run', 'all'] as const) {
  const execute = statements[name] as (this: Sqlite.Statement, ...parameters: unknown[]) => never;
  statements[name] = function (this: Sqlite.Statement, ...parameters: unknown[]) {
    try {
      return execute.apply(this, parameters);
    } catch (error) {
      if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY'))
        writeSync(2, `locked: ${this.source}\n`);
      throw error;
    }
  };
}
