import { statSync } from 'node:fs';
import { codeOf, DatabaseError } from '../lib/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'a part of its path is a file',
  ELOOP: 'its path has a symbolic link to itself',
  ENAMETOOLONG: 'its name is too long',
};

/**
 * False only if the database file is truly absent. A file that cannot be reached is not a new
 * installation: throws DatabaseError.
 */
export function databaseFileExists(file: string): boolean {
  try {
    statSync(file);
    return true;
  } catch (error) {
    const code = codeOf(error) || 'UNKNOWN';
    if (code === 'ENOENT') return false;
    const reason = REASONS[code] ?? code;
    throw new DatabaseError(`the database file cannot be reached: ${file} (${reason})`, {
      hint: 'Run sharetrail as the user who owns the database, and check `database` and its folder.',
      cause: error,
    });
  }
}
