import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { DatabaseError, UserError } from '../lib/errors.ts';
import { type BackupFile, beginBackupFile } from './backup-file.ts';
import { explainFailure } from './failures.ts';
import { databaseFileExists } from './file-exists.ts';
import { BACKUP_LIMITS, DATABASE_LIMITS } from './limits.ts';

export interface BackupOptions {
  /** the database's file */
  readonly source: string;
  /** the path of the copy */
  readonly target: string;
  /** receives pages; must be cheap: it is called every few milliseconds */
  readonly onProgress: (counts: { readonly done: number; readonly total: number }) => void;
  readonly signal: AbortSignal;
}

/**
 * Copies the database as it is at one moment, while other processes read and write it, to a file that
 * only its owner can read. The file appears once the copy is complete, checked, and on disk. Returns
 * its size in bytes. Throws UserError, or the signal's reason, and then removes the partial copy.
 */
export async function backUp(options: BackupOptions): Promise<number> {
  const { source, target } = options;
  if (!databaseFileExists(source)) {
    throw new UserError(`the database does not exist yet: ${source}`, {
      hint: 'The first `sharetrail sync` creates it. A relative path starts in the working directory.',
    });
  }
  const file = beginBackupFile({ source, target });
  try {
    await copyPages(file, options);
    checkCopy(file);
    return file.keep();
  } catch (error) {
    throw explainCopyFailure(error, options);
  } finally {
    file.end();
  }
}

/**
 * SQLite's backup starts over whenever another connection writes, so next to a running sync it would
 * never end. It copies what its connection sees, and an open read transaction sees a single moment.
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
 * A -wal file means that a writer is running or was killed: a writable connection would move its
 * content into the database when it closes. Without one, a read-only connection would leave one behind.
 */
function openForCopying(source: string): Sqlite.Database {
  const readonly = existsSync(`${source}-wal`);
  const timeout = DATABASE_LIMITS.busyTimeoutMs;
  const database = new Sqlite(source, { readonly, fileMustExist: true, timeout });
  database.pragma('query_only = on');
  return database;
}

/** Also turns off WAL: the copy is then a single file, which can be opened without write access. */
function checkCopy({ partial }: BackupFile): void {
  const copy = new Sqlite(partial, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = delete');
    const found = copy.pragma('quick_check(1)', { simple: true });
    if (found === 'ok') return;
    throw new DatabaseError(`the copy failed its check: ${String(found)}`, {
      hint: 'The database itself may be damaged: run `sqlite3 FILE "pragma integrity_check"` on it.',
    });
  } finally {
    copy.close();
  }
}

/** SQLite does not say which of the two files an I/O error is about. */
function explainCopyFailure(error: unknown, { source, target }: BackupOptions): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isFull = /^(?:SQLITE_FULL|ENOSPC|EDQUOT)/.test(code);
  if (!isFull && !code.startsWith('SQLITE_IOERR')) return explainFailure(error, source);
  const what = isFull ? 'not enough space for the copy' : 'the copy could not be written';
  return new UserError(`${what}: ${target} (${code})`, {
    hint: 'Free some space, or choose a file on another disk. The partial copy was removed.',
    cause: error,
  });
}
