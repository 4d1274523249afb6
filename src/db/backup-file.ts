import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { UserError } from '../lib/errors.ts';
import { beginPartialFile, type PartialFile, SIDE_FILES } from './partial-file.ts';

const MAGIC = 'SQLite format 3\0';
/** byte 18 of a database: its journal mode, 2 for WAL (https://sqlite.org/fileformat.html) */
const WRITE_VERSION_AT = 18;
const WRITE_VERSION_WAL = 2;
const OTHER_NAME = 'Choose another file name, or remove this file first.';

/**
 * Begins a backup. At the end it replaces an earlier backup of the same name, but refuses to overwrite
 * any other file. Throws UserError.
 */
export function beginBackupFile(paths: {
  readonly source: string;
  readonly target: string;
}): PartialFile {
  // Follows links: the backup replaces their target.
  const target = existsSync(paths.target) ? realpathSync(paths.target) : paths.target;
  if (existsSync(target)) requireReplaceable(target, paths.source);
  return beginPartialFile({ action: 'backup', partial: `${target}.partial`, target });
}

function requireReplaceable(target: string, source: string): void {
  requireOtherFile(target, source);
  const isInUse = SIDE_FILES.some((suffix) => existsSync(target + suffix)) || isInWalMode(target);
  if (isInUse && looksLikeDatabase(target)) {
    throw new UserError(`${target} is a database in use, not a backup`, {
      hint: OTHER_NAME,
    });
  }
  if (isInUse || !hasOurTables(target)) {
    throw new UserError(`${target} already exists and is not a backup of sharetrail`, {
      hint: OTHER_NAME,
    });
  }
}

/** Throws UserError unless `file` is a plain file other than the database. */
export function requireOtherFile(file: string, database: string): void {
  const found = statSync(file);
  const same = statSync(database, { throwIfNoEntry: false });
  if (found.ino === same?.ino && found.dev === same.dev) {
    throw new UserError(`${file} is the database itself`, { hint: 'Choose another file name.' });
  }
  if (found.isFile()) return;
  throw new UserError(`${file} is not a file`, { hint: 'Choose the name of a file.' });
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(WRITE_VERSION_AT + 1);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head;
}

export function looksLikeDatabase(path: string): boolean {
  return headOf(path).toString('latin1', 0, MAGIC.length) === MAGIC;
}

/** A finished backup never is: it is a single file. */
function isInWalMode(path: string): boolean {
  return headOf(path)[WRITE_VERSION_AT] === WRITE_VERSION_WAL;
}

/** False for a file that is damaged or of another kind. */
export function hasOurTables(path: string): boolean {
  if (!looksLikeDatabase(path)) return false;
  try {
    const database = new Sqlite(path, { readonly: true, fileMustExist: true });
    try {
      const query =
        "select count(*) from sqlite_schema where name in ('event', 'kysely_migration')";
      return database.prepare(query).pluck().get() === 2;
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}
