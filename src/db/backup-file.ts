import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { messageOf, UserError } from '../lib/errors.ts';

const OWNER_ONLY_FILE = 0o600;
/** the suffixes of SQLite's own files next to a database that is in use */
const SIDE_FILES = ['-journal', '-wal', '-shm'] as const;
const MAGIC = 'SQLite format 3\0';
/** byte 18 of a database: its journal mode, 2 for WAL (https://sqlite.org/fileformat.html) */
const WRITE_VERSION_AT = 18;
const WRITE_VERSION_WAL = 2;
const OTHER_NAME = 'Choose another file name, or remove this file first.';

/** The file of a backup in progress: it has another name until it is complete. */
export interface BackupFile {
  /** path of an empty file that only its owner can read */
  readonly partial: string;
  /** Flushes the file to disk and gives it its final name. Returns its size in bytes. */
  keep(): number;
  /** Must be called once, at the end: removes what was not kept. */
  end(): void;
}

/**
 * Begins a backup. At the end it replaces an earlier backup of the same name, but refuses to overwrite
 * any other file. Throws UserError.
 */
export function beginBackupFile(paths: {
  readonly source: string;
  readonly target: string;
}): BackupFile {
  // Follows links: the backup replaces their target.
  const target = existsSync(paths.target) ? realpathSync(paths.target) : paths.target;
  if (existsSync(target)) requireReplaceable(target, paths.source);
  const partial = `${target}.partial`;
  // Left by a backup that was killed.
  removeWithSideFiles(partial);
  // Kept open, so that no other file can get its inode number.
  const descriptor = createForOwnerOnly(partial, target);
  const { ino } = fstatSync(descriptor);
  const isOurs = () => statSync(partial, { throwIfNoEntry: false })?.ino === ino;
  return {
    partial,
    keep: () => {
      const bytes = sync(partial);
      if (!isOurs()) throw new UserError(`another backup to ${target} has started since then`);
      renameSync(partial, target);
      sync(dirname(target));
      return bytes;
    },
    end: () => {
      if (isOurs()) removeWithSideFiles(partial);
      closeSync(descriptor);
    },
  };
}

/** Returns the file descriptor. */
function createForOwnerOnly(partial: string, target: string): number {
  try {
    return openSync(partial, 'wx', OWNER_ONLY_FILE);
  } catch (error) {
    const folder = dirname(target);
    const hint = existsSync(folder)
      ? 'Check that this user can write to its folder, and that the disk is not full.'
      : `Create the folder ${folder} first, readable by its owner only.`;
    throw new UserError(`the backup could not be started: ${messageOf(error)}`, {
      hint,
      cause: error,
    });
  }
}

function requireReplaceable(target: string, source: string): void {
  const found = statSync(target);
  const same = statSync(source);
  if (found.ino === same.ino && found.dev === same.dev) {
    throw new UserError(`${target} is the database itself`, { hint: 'Choose another file name.' });
  }
  if (!found.isFile())
    throw new UserError(`${target} is not a file`, { hint: 'Choose the name of a file.' });
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

function looksLikeDatabase(path: string): boolean {
  return headOf(path).toString('latin1', 0, MAGIC.length) === MAGIC;
}

/** A finished backup never is: it is a single file. */
function isInWalMode(path: string): boolean {
  return headOf(path)[WRITE_VERSION_AT] === WRITE_VERSION_WAL;
}

function hasOurTables(path: string): boolean {
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
    // The file is damaged or of another kind, so it must not be replaced.
    return false;
  }
}

/** Flushes a file or a folder to disk. Returns its size in bytes. */
function sync(path: string): number {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

function removeWithSideFiles(path: string): void {
  for (const suffix of ['', ...SIDE_FILES]) rmSync(path + suffix, { force: true });
}
