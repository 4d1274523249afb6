import { DatabaseError } from '../lib/errors.ts';

/** SQLite's result codes by their beginnings (https://sqlite.org/rescode.html), for a person. */
const FAILURES: readonly (readonly [codePrefix: string, sentence: string, hint: string])[] = [
  [
    'SQLITE_BUSY',
    'the database is locked by another process',
    'Find who holds it (fuser FILE), or wait for it to end; nothing was lost, run again.',
  ],
  [
    'SQLITE_LOCKED',
    'the database is locked by another process',
    'Find who holds it (fuser FILE), or wait for it to end; nothing was lost, run again.',
  ],
  [
    'SQLITE_FULL',
    'the disk that holds the database is full',
    'Free some space and run again: what was committed is kept, the rest is read again.',
  ],
  [
    'SQLITE_IOERR',
    'the disk that holds the database could not be read or written',
    'Check the disk (full? quota? mounted read-only?) and run again; commits so far are kept.',
  ],
  [
    'SQLITE_CANTOPEN',
    'the database file could not be opened',
    'Check that its folder exists and that this user may write there.',
  ],
  [
    'SQLITE_READONLY',
    'the database file may not be written',
    'Give this user write permission for the file, those beside it (-wal, -shm) and the folder.',
  ],
  [
    'SQLITE_CORRUPT',
    'the database file is damaged',
    'Restore the latest backup; eventIds are stable, so nothing is reported twice.',
  ],
  [
    'SQLITE_NOTADB',
    'the database file is not an SQLite database',
    'Name another file in `database`, or move this one away.',
  ],
];

/**
 * Turns what better-sqlite3 throws into a DatabaseError where a person can mend it; anything
 * else (a broken constraint, a wrong statement) is a bug and comes back unchanged.
 */
export function explainFailure(error: unknown, file: string): unknown {
  const code = codeOf(error);
  const known = FAILURES.find(([prefix]) => code.startsWith(prefix));
  if (!known) return error;
  const [, sentence, hint] = known;
  return new DatabaseError(`${sentence}: ${file} (${code})`, { hint, cause: error });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
