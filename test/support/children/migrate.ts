// Brings the database to the newest schema, at the parent's word.
import { migrate } from '../../../src/db/migrate.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { argument, hear, tell } from './speak.ts';

tell('ready');
await hear();
const db = openDatabase({ database: argument(0), access: 'write' });
await migrate(db);
await db.destroy();
tell('migrated');
process.exit(0);
