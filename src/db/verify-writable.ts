import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseError } from '../lib/errors.ts';
import { isPostgres } from './is-postgres.ts';
import type { Database } from './schema.ts';
import { inTransaction } from './transaction.ts';

class RolledBack extends Error {
  override readonly name = 'RolledBack';
}

/**
 * Begins to write, and releases the lock without a change. Throws DatabaseError if that is
 * impossible.
 */
export async function verifyWritable(db: Database): Promise<void> {
  const undone = new RolledBack();
  try {
    await inTransaction(db, async (trx) => {
      // A transaction of SQLite has the write lock; PostgreSQL refuses only a statement that writes.
      if (isPostgres(trx)) await trx.deleteFrom('lease').where('name', '=', '').execute();
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
}

/** Throws DatabaseError if this user could not create the file and the folders above it. */
export function verifyCreatable(file: string): void {
  const folder = existingFolderOf(file);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DatabaseError(`the database file could not be created: ${file}`, {
      hint: `Let this user write to ${folder}, or set \`database\` to another path.`,
      cause: error,
    });
  }
}

/** The folder of the file or, if it does not exist yet, the first one above it that does. */
export function existingFolderOf(file: string): string {
  let folder = dirname(resolve(file));
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
