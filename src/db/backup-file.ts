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
/** what SQLite lays beside a file that it works on */
const BESIDE = ['-journal', '-wal', '-shm'] as const;
const MAGIC = 'SQLite format 3\0';
/** byte 18 of a database: how it is written, 2 for WAL (https://sqlite.org/fileformat.html) */
const WRITE_VERSION_AT = 18;
const WRITE_VERSION_WAL = 2;
const OTHER_NAME = 'Name another file, or remove this one first.';

/** A backup's file while it is made: under another name, until it is whole. */
export interface BackupFile {
  /** empty and its owner's alone at first */
  readonly partial: string;
  /** Puts it on disk, then under its name; gives its size in bytes. */
  keep(): number;
  /** Comes last, once, however it went: removes what was not kept. */
  end(): void;
}

/**
 * Begins a backup. An earlier one under the same name is replaced at the end, anything else is
 * refused. Throws UserError.
 */
export function beginBackupFile(paths: {
  readonly source: string;
  readonly target: string;
}): BackupFile {
  // Through links: what they lead to is what is replaced.
  const target = existsSync(paths.target) ? realpathSync(paths.target) : paths.target;
  if (existsSync(target)) requireReplaceable(target, paths.source);
  const partial = `${target}.partial`;
  // Left behind by one that was killed.
  removeWithBeside(partial);
  // Held open, so that no other file can be given its number.
  const held = createForOwnerOnly(partial, target);
  const { ino } = fstatSync(held);
  const isOurs = () => statSync(partial, { throwIfNoEntry: false })?.ino === ino;
  return {
    partial,
    keep: () => {
      const bytes = sync(partial);
      if (!isOurs()) throw new UserError(`another backup to ${target} began meanwhile`);
      renameSync(partial, target);
      sync(dirname(target));
      return bytes;
    },
    end: () => {
      if (isOurs()) removeWithBeside(partial);
      closeSync(held);
    },
  };
}

/** Gives its descriptor. */
function createForOwnerOnly(partial: string, target: string): number {
  try {
    return openSync(partial, 'wx', OWNER_ONLY_FILE);
  } catch (error) {
    const folder = dirname(target);
    const hint = existsSync(folder)
      ? 'Check that this user may write in its folder, and that the disk is not full.'
      : `There is no folder ${folder}: make it first, readable by its owner only.`;
    throw new UserError(`the backup could not be begun: ${messageOf(error)}`, {
      hint,
      cause: error,
    });
  }
}

function requireReplaceable(target: string, source: string): void {
  const found = statSync(target);
  const same = statSync(source);
  if (found.ino === same.ino && found.dev === same.dev) {
    throw new UserError(`${target} is the database itself`, { hint: 'Name another file.' });
  }
  if (!found.isFile()) throw new UserError(`${target} is no file`, { hint: 'Name a file in it.' });
  const isUsed = BESIDE.some((suffix) => existsSync(target + suffix)) || isWrittenByWal(target);
  if (isUsed && looksLikeDatabase(target)) {
    throw new UserError(`${target} is a database that was worked with, and no backup`, {
      hint: OTHER_NAME,
    });
  }
  if (isUsed || !hasOurTables(target)) {
    throw new UserError(`${target} is there already, and is no backup of sharetrail`, {
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

/** Backups never are: they leave the program as one file. */
function isWrittenByWal(path: string): boolean {
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
    // Damaged, or of another kind: whatever it is, it is not ours to replace.
    return false;
  }
}

/** Puts a file or a folder on disk; gives its size in bytes. */
function sync(path: string): number {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

function removeWithBeside(path: string): void {
  for (const suffix of ['', ...BESIDE]) rmSync(path + suffix, { force: true });
}
