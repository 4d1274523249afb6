// Holds the database's write lock until the parent sends a line.
import Sqlite from 'better-sqlite3';
import { argument, hear, tell } from './speak.ts';

const sqlite = new Sqlite(argument(0));
sqlite.exec('begin immediate');
tell('locked');
await hear();
sqlite.exec('rollback');
sqlite.close();
tell('free');
process.exit(0);
