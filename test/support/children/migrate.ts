// Migrates the database once the parent sends a line.
import { migrate } from '../../../src/db/migrate.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { argument, nextLine, sendLine } from './parent.ts';

sendLine('ready');
await nextLine();
const db = openDatabase({ database: argument(0), access: 'write' });
await migrate(db);
await db.destroy();
sendLine('migrated');
process.exit(0);
