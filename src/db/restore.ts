import { chownSync, existsSync, lstatSync, mkdirSync, readlinkSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { codeOf, DatabaseError, messageOf, UserError } from '../lib/errors.ts';
import { explainCopyFailure } from './backup.ts';
import { hasOurTables, requireOtherFile } from './backup-file.ts';
import { copyPages, type PageCopy } from './copy-pages.ts';
import { findDamage } from './damage.ts';
import { lockForRestore } from './lock-for-restore.ts';
import { requireKnownSchema } from './migrate.ts';
import { openDatabase } from './open.ts';
import { beginPartialFile, type PartialFile } from './partial-file.ts';
import { RESTORING } from './restore-files.ts';
import { replaceDatabase } from './restore-swap.ts';

const OWNER_ONLY_FOLDER = 0o700;
const LINKS_MAX = 40;
const UNCHANGED = 'Choose another backup. The database was not changed.';

export interface RestoreOptions extends Omit<PageCopy, 'target'> {
  /** the database's file, which need not exist */
  readonly database: string;
  /** epoch milliseconds */
  readonly now: () => number;
}

export interface Restored {
  /** the size of the database */
  readonly bytes: number;
  /** the paths of the previous database and its leftover files */
  readonly kept: readonly string[];
  /** `earlier`: the next run migrates it */
  readonly schema: 'current' | 'earlier';
}

/**
 * Puts a copy of a backup in place of the database, while nothing uses it:
 * 1. copy the backup next to the database, and check the copy;
 * 2. lock the database against every other process;
 * 3. keep the old database under another name, and rename the copy.
 *
 * Until the last rename, the old database is in place, whatever happens. Throws UserError,
 * DatabaseError, or the signal's reason.
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { source, signal, now } = options;
  const database = followLinks(options.database);
  requireBackup(source, database);
  mkdirSync(dirname(database), { recursive: true, mode: OWNER_ONLY_FOLDER });
  const partial = database + RESTORING;
  const copy = beginPartialFile({ action: 'restore', partial, target: database });
  try {
    await copyPages({ ...options, target: partial });
    const schema = await checkCopy(partial, source);
    keepOwner(partial, database);
    signal.throwIfAborted();
    return { ...putInPlace(database, copy, now()), schema };
  } catch (error) {
    throw explainRestoreFailure(error, { source, target: partial });
  } finally {
    copy.end();
  }
}

function putInPlace(database: string, copy: PartialFile, now: number) {
  const lock = existsSync(database) ? lockForRestore(database, now) : undefined;
  try {
    return replaceDatabase(database, { copy, now });
  } finally {
    lock?.release();
  }
}

function requireBackup(source: string, database: string): void {
  try {
    requireOtherFile(source, database);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`the backup cannot be read: ${messageOf(error)}`, {
      hint: 'A relative path starts in the working directory.',
      cause: error,
    });
  }
  if (hasOurTables(source)) return;
  throw new UserError(`${source} is not a backup of sharetrail, or it is damaged`, {
    hint: UNCHANGED,
  });
}

async function checkCopy(partial: string, source: string): Promise<Restored['schema']> {
  const sqlite = new Sqlite(partial, { readonly: true, fileMustExist: true });
  try {
    const damage = findDamage(sqlite, 'full');
    if (damage !== undefined) {
      throw new DatabaseError(`the backup failed its check: ${damage} (${source})`, {
        hint: UNCHANGED,
      });
    }
  } finally {
    sqlite.close();
  }
  const db = openDatabase({ database: `sqlite:${partial}`, access: 'read' });
  try {
    return await requireKnownSchema(db);
  } finally {
    await db.destroy();
  }
}

/** Files that root creates belong to root: the service could not write them. */
function keepOwner(partial: string, database: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(existsSync(database) ? database : dirname(database));
  chownSync(partial, uid, gid);
}

/** SQLite names its side files after the file itself, and a rename would replace the link. */
function followLinks(path: string): string {
  let found = path;
  for (let links = 0; links < LINKS_MAX; links += 1) {
    if (!lstatSync(found, { throwIfNoEntry: false })?.isSymbolicLink()) return found;
    found = resolve(dirname(found), readlinkSync(found));
  }
  throw new UserError(`the database file cannot be reached: ${path} (a loop of symbolic links)`);
}

/** The copy is of the backup, so a damaged file is the backup. */
function explainRestoreFailure(
  error: unknown,
  paths: { readonly source: string; readonly target: string },
): unknown {
  const code = codeOf(error);
  if (!/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) return explainCopyFailure(error, paths);
  return new DatabaseError(`the backup is damaged: ${paths.source} (${code})`, {
    hint: UNCHANGED,
    cause: error,
  });
}
