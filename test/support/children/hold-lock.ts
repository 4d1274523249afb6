// Holds the database's write lock until the parent sends a line.
import Sqlite from 'better-sqlite3';
import { argument, nextLine, sendLine } from './parent.ts';

const sqlite = new Sqlite(argument(0));
sqlite.exec('begin immediate');
sendLine('locked');
await nextLine();
sqlite.exec('rollback');
sqlite.close();
sendLine('free');
process.exit(0);
