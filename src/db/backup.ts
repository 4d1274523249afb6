import Sqlite from 'better-sqlite3';
import { codeOf, DatabaseError, UserError } from '../lib/errors.ts';
import { beginBackupFile } from './backup-file.ts';
import { copyPages, type PageCopy } from './copy-pages.ts';
import { findDamage } from './damage.ts';
import { explainFailure } from './failures.ts';
import { databaseFileExists } from './file-exists.ts';
import { requireOwnFile } from './require-own-file.ts';

/** `source` is the database's file, `target` the path of the copy. */
export type BackupOptions = PageCopy;

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
  requireOwnFile(source);
  const file = beginBackupFile({ source, target });
  try {
    await copyPages({ ...options, target: file.partial });
    checkCopy(file.partial);
    return file.keep();
  } catch (error) {
    throw explainCopyFailure(error, options);
  } finally {
    file.end();
  }
}

function checkCopy(partial: string): void {
  const copy = new Sqlite(partial, { fileMustExist: true });
  try {
    const damage = findDamage(copy, 'quick');
    if (damage === undefined) return;
    throw new DatabaseError(`the copy failed its check: ${damage}`, {
      hint:
        'The database itself is probably damaged. Restore an earlier backup with ' +
        '`sharetrail restore FILE`.',
    });
  } finally {
    copy.close();
  }
}

/** SQLite does not say which of the two files an I/O error is about. */
export function explainCopyFailure(
  error: unknown,
  { source, target }: Pick<PageCopy, 'source' | 'target'>,
): unknown {
  const code = codeOf(error);
  const isFull = /^(?:SQLITE_FULL|ENOSPC|EDQUOT)/.test(code);
  if (!isFull && !code.startsWith('SQLITE_IOERR')) return explainFailure(error, source);
  const what = isFull ? 'not enough space for the copy' : 'the copy could not be written';
  return new UserError(`${what}: ${target} (${code})`, {
    hint: 'Free some space, or choose a file on another disk. The partial copy was removed.',
    cause: error,
  });
}
