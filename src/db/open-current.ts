import { systemClock } from '../lib/clock.ts';
import { isPostgresUrl } from '../lib/postgres-url.ts';
import { type DatabaseFiles, UNWATCHED_FILES, watchDatabaseFiles } from './database-files.ts';
import { databaseFileExists } from './file-exists.ts';
import { hasSchema, migrate, requireCurrent } from './migrate.ts';
import { type OpenOptions, openDatabase, openMemoryDatabase, sqliteFile } from './open.ts';
import { repeatIfLost } from './postgres/repeat-if-lost.ts';
import type { Database } from './schema.ts';

export interface OpenedDatabase {
  readonly db: Database;
  /** watched only on SQLite, and only if the access is `write` */
  readonly files: DatabaseFiles;
}

/**
 * Opens the database with the newest schema. `write` creates and migrates it. `read` changes nothing:
 * a database that does not exist yet reads as an empty one. Throws DatabaseError.
 */
export async function openCurrentDatabase(options: OpenOptions): Promise<OpenedDatabase> {
  const { database, access } = options;
  if (access === 'read' && !(await databaseExists(options))) {
    const db = openMemoryDatabase();
    return { db: await orClosed(db, () => migrate(db)), files: UNWATCHED_FILES };
  }
  const db = openDatabase(options);
  const isWatched = access === 'write' && !isPostgresUrl(database);
  const files = isWatched ? watchDatabaseFiles(sqliteFile(database)) : UNWATCHED_FILES;
  const prepare = access === 'write' ? migrate : requireCurrent;
  return { db: await orClosed(db, () => patiently(options, () => prepare(db))), files };
}

/** Whether sharetrail has ever used the database. Throws DatabaseError if it cannot be reached. */
export async function databaseExists(options: OpenOptions): Promise<boolean> {
  const { database } = options;
  if (!isPostgresUrl(database)) return databaseFileExists(sqliteFile(database));
  const db = openDatabase({ ...options, access: 'read' });
  try {
    return await patiently(options, () => hasSchema(db));
  } finally {
    await db.destroy();
  }
}

/** A process that starts while the server restarts waits for it. */
function patiently<T>({ clock, signal }: OpenOptions, work: () => Promise<T>): Promise<T> {
  return repeatIfLost(work, { clock: clock ?? systemClock, stop: signal });
}

async function orClosed(db: Database, prepare: () => Promise<void>): Promise<Database> {
  try {
    await prepare();
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
