import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { DatabaseError, UserError } from '../lib/errors.ts';
import { type BackupFile, beginBackupFile } from './backup-file.ts';
import { explainFailure } from './failures.ts';
import { BACKUP_LIMITS, DATABASE_LIMITS } from './limits.ts';

export interface BackupOptions {
  /** the database's file */
  readonly source: string;
  /** where the copy is to be */
  readonly target: string;
  /** pages; cheap, called every few milliseconds */
  readonly onProgress: (counts: { readonly done: number; readonly total: number }) => void;
  readonly signal: AbortSignal;
}

/**
 * Copies the database as it stands at one moment, while others read and write it, to a file of its
 * owner alone; there is no such file before the copy is whole, checked and on disk. Gives its size
 * in bytes. Throws UserError, or the signal's reason; then what was begun is removed.
 */
export async function backUp(options: BackupOptions): Promise<number> {
  const { source, target } = options;
  if (!existsSync(source)) {
    throw new UserError(`there is no database yet: ${source}`, {
      hint: 'The first `sharetrail sync` makes it. A relative path starts in the working directory.',
    });
  }
  const file = beginBackupFile({ source, target });
  try {
    await copyPages(file, options);
    checkCopy(file);
    return file.keep();
  } catch (error) {
    throw explainCopying(error, options);
  } finally {
    file.end();
  }
}

/**
 * SQLite's backup begins anew whenever another connection writes, and beside a run at work it never
 * ends. It copies what its connection sees: one that is in the middle of reading sees one moment.
 */
async function copyPages(file: BackupFile, options: BackupOptions): Promise<void> {
  const { source, onProgress, signal } = options;
  const database = openForCopying(source);
  try {
    database.exec('begin');
    database.prepare('select count(*) from sqlite_schema').get();
    await database.backup(file.partial, {
      progress: ({ totalPages, remainingPages }) => {
        signal.throwIfAborted();
        onProgress({ done: totalPages - remainingPages, total: totalPages });
        return BACKUP_LIMITS.pagesPerStep;
      },
    });
  } finally {
    database.close();
  }
}

/**
 * Where there is a -wal, a writer is at work or was killed: one that may write would move what is
 * in it into the file as it ends. Where there is none, one that may not write leaves one behind.
 */
function openForCopying(source: string): Sqlite.Database {
  const readonly = existsSync(`${source}-wal`);
  const timeout = DATABASE_LIMITS.busyTimeoutMs;
  const database = new Sqlite(source, { readonly, fileMustExist: true, timeout });
  database.pragma('query_only = on');
  return database;
}

/** Of one file from here on: a copy that says WAL could not be opened where it may not be written. */
function checkCopy({ partial }: BackupFile): void {
  const copy = new Sqlite(partial, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = delete');
    const found = copy.pragma('quick_check(1)', { simple: true });
    if (found === 'ok') return;
    throw new DatabaseError(`the copy did not pass its check: ${String(found)}`, {
      hint: 'The database itself may be damaged: run `sqlite3 FILE "pragma integrity_check"` on it.',
    });
  } finally {
    copy.close();
  }
}

/** SQLite does not say which of the two files an error of input or output is about. */
function explainCopying(error: unknown, { source, target }: BackupOptions): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isRoom = /^(?:SQLITE_FULL|ENOSPC|EDQUOT)/.test(code);
  if (!isRoom && !code.startsWith('SQLITE_IOERR')) return explainFailure(error, source);
  const what = isRoom ? 'there is no room for the copy' : 'the copy could not be written';
  return new UserError(`${what}: ${target} (${code})`, {
    hint: 'Free some space, or name a file on another disk. What was begun is removed.',
    cause: error,
  });
}
