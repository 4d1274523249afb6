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
    return { db: await migrated(openMemoryDatabase()), files: UNWATCHED_FILES };
  }
  const db = openDatabase(options);
  const isWatched = access === 'write' && !isPostgresUrl(database);
  const files = isWatched ? watchDatabaseFiles(sqliteFile(database)) : UNWATCHED_FILES;
  return { db: await (access === 'write' ? migrated(db) : current(db)), files };
}

/** Whether sharetrail has ever used the database. Throws DatabaseError if it cannot be reached. */
export async function databaseExists(options: OpenOptions): Promise<boolean> {
  const { database } = options;
  if (!isPostgresUrl(database)) return databaseFileExists(sqliteFile(database));
  const db = openDatabase({ ...options, access: 'read' });
  try {
    return await hasSchema(db);
  } finally {
    await db.destroy();
  }
}

function migrated(db: Database): Promise<Database> {
  return orClosed(db, migrate);
}

function current(db: Database): Promise<Database> {
  return orClosed(db, requireCurrent);
}

async function orClosed(db: Database, prepare: (db: Database) => Promise<void>): Promise<Database> {
  try {
    await repeatIfLost(() => prepare(db));
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
