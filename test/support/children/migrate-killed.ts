// Kills itself with SIGKILL just before the n-th statement of a migration.
import Sqlite from 'better-sqlite3';
import { migrate } from '../../../src/db/migrate.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { argument } from './parent.ts';

let statementsLeft = Number(argument(1));
const prepare = Sqlite.prototype.prepare;
Sqlite.prototype.prepare = function prepareUntilTheEnd(this: Sqlite.Database, sql: string) {
  if (/^(create|insert|commit)/.test(sql)) statementsLeft -= 1;
  if (statementsLeft < 0) process.kill(process.pid, 'SIGKILL');
  return prepare.call(this, sql);
} as typeof prepare;

const db = openDatabase({ database: argument(0), access: 'write' });
await migrate(db);
await db.destroy();
process.exit(0);
