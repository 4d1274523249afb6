import { codeOf, DatabaseError } from '../lib/errors.ts';

/** SQLite's result codes by prefix (https://sqlite.org/rescode.html), with what to do. */
const FAILURES: readonly (readonly [codePrefix: string, sentence: string, hint: string])[] = [
  [
    'SQLITE_BUSY',
    'the database is locked by another process',
    'Find that process (fuser FILE) or wait until it ends. Nothing was lost: run again.',
  ],
  [
    'SQLITE_LOCKED',
    'the database is locked by another process',
    'Find that process (fuser FILE) or wait until it ends. Nothing was lost: run again.',
  ],
  [
    'SQLITE_FULL',
    'the disk that holds the database is full',
    'Free some space and run again: what was committed is kept, and the rest is read again.',
  ],
  [
    'SQLITE_IOERR',
    'the disk that holds the database could not be read or written',
    'Check the disk (full? quota? mounted read-only?) and run again: what was committed is kept.',
  ],
  [
    'SQLITE_CANTOPEN',
    'the database file could not be opened',
    'Check that its folder exists and that this user can write to it.',
  ],
  [
    'SQLITE_READONLY_DBMOVED',
    'the database file was replaced while sharetrail opened it',
    'Run again: nothing was written.',
  ],
  [
    'SQLITE_READONLY',
    'the database file cannot be written',
    'Give this user write permission for the file, its -wal and -shm files, and the folder.',
  ],
  [
    'SQLITE_CORRUPT',
    'the database file is damaged',
    'Restore the latest backup with `sharetrail restore FILE`. Event IDs are stable, so nothing is ' +
      'reported twice.',
  ],
  [
    'SQLITE_NOTADB',
    'the database file is not an SQLite database',
    'Set `database` to another file, or move this one away.',
  ],
];

/**
 * Turns an error of better-sqlite3 into a DatabaseError if the operator can fix it. Other errors (a
 * violated constraint, a wrong statement) are bugs and are returned unchanged.
 */
export function explainFailure(error: unknown, file: string): unknown {
  const code = codeOf(error);
  const known = FAILURES.find(([prefix]) => code.startsWith(prefix));
  if (!known) return error;
  const [, sentence, hint] = known;
  return new DatabaseError(`${sentence}: ${file} (${code})`, { hint, cause: error });
}

/** True for an error of SQLite, explained or not, that ends with another process's lock. */
export function isLocked(error: unknown): boolean {
  const cause = error instanceof DatabaseError ? error.cause : error;
  return codeOf(cause).startsWith('SQLITE_BUSY');
}
