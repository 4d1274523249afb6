import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { codeOf, UserError } from '../lib/errors.ts';
import { explainFailure, isLocked } from './failures.ts';
import { holderText, isValidLease } from './leases.ts';
import { BACKUP_LIMITS } from './limits.ts';
import { SIDE_FILES } from './partial-file.ts';

const STOP_ALL = 'Stop `start`, wait for runs to end, and try again.';

/**
 * Locks the database against every other process, and merges its write-ahead log into it: from then
 * on, it is a single file, which one rename replaces. A process that opened it before, but did not use
 * it yet, gets SQLITE_READONLY_DBMOVED when it writes. Returns undefined if the file is not a database.
 * Throws UserError if the database is in use.
 */
export function lockForRestore(
  file: string,
  now: number,
): { readonly release: () => void } | undefined {
  const database = open(file);
  try {
    requireNoLease(database, now);
    database.pragma('journal_mode = delete');
    database.exec('begin exclusive');
    if (SIDE_FILES.some((suffix) => existsSync(file + suffix))) throw inUse(file);
  } catch (error) {
    database.close();
    if (isUnreadable(error)) return undefined;
    throw isLocked(error) ? inUse(file, error) : explainFailure(error, file);
  }
  return { release: () => database.close() };
}

function open(file: string): Sqlite.Database {
  try {
    return new Sqlite(file, { fileMustExist: true, timeout: BACKUP_LIMITS.lockWaitMsMax });
  } catch (error) {
    throw explainFailure(error, file);
  }
}

/** A run on another machine has no lock that this one can see. */
function requireNoLease(database: Sqlite.Database, now: number): void {
  const hasLeases = "select count(*) from sqlite_schema where name = 'lease'";
  if (database.prepare(hasLeases).pluck().get() === 0) return;
  const leases = database.prepare('select name, holder, until from lease').all() as readonly {
    readonly name: string;
    readonly holder: string;
    readonly until: number;
  }[];
  const valid = leases.find((lease) => isValidLease(lease, now));
  if (valid === undefined) return;
  const until = new Date(valid.until).toISOString();
  throw new UserError(`the database is in use: ${holderText(valid.name)}`, {
    hint: `${STOP_ALL} If that process is dead, its lease expires at ${until}.`,
  });
}

function inUse(file: string, cause?: unknown): UserError {
  return new UserError(`the database is in use by another process: ${file}`, {
    hint: `${STOP_ALL} Find the process with "fuser FILE".`,
    cause,
  });
}

function isUnreadable(error: unknown): boolean {
  return /^SQLITE_(?:NOTADB|CORRUPT)/.test(codeOf(error));
}
