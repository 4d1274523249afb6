import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { BACKUP_LIMITS } from './limits.ts';

export interface PageCopy {
  readonly source: string;
  /** an empty file */
  readonly target: string;
  /** receives pages; must be cheap: it is called every few milliseconds */
  readonly onProgress: (counts: { readonly done: number; readonly total: number }) => void;
  readonly signal: AbortSignal;
}

/**
 * Copies a database as it is at one moment, its write-ahead log included, to a single file.
 *
 * SQLite's backup starts over whenever another connection writes, so next to a running sync it would
 * never end. It copies what its connection sees, and an open read transaction sees a single moment.
 */
export async function copyPages({ source, target, onProgress, signal }: PageCopy): Promise<void> {
  const database = openForCopying(source);
  try {
    database.exec('begin');
    database.prepare('select count(*) from sqlite_schema').get();
    await database.backup(target, {
      progress: ({ totalPages, remainingPages }) => {
        signal.throwIfAborted();
        onProgress({ done: totalPages - remainingPages, total: totalPages });
        return BACKUP_LIMITS.pagesPerStep;
      },
    });
  } finally {
    database.close();
  }
  leaveWal(target);
}

/**
 * A -wal file means that a writer is running or was killed: a writable connection would move its
 * content into the database when it closes. Without one, a read-only connection would leave one behind.
 */
function openForCopying(source: string): Sqlite.Database {
  const readonly = existsSync(`${source}-wal`);
  const timeout = BACKUP_LIMITS.lockWaitMsMax;
  const database = new Sqlite(source, { readonly, fileMustExist: true, timeout });
  database.pragma('query_only = on');
  return database;
}

/** The copy is then a single file, which can be opened without write access. */
function leaveWal(target: string): void {
  const copy = new Sqlite(target, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = delete');
  } finally {
    copy.close();
  }
}
