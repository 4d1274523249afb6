import { realpathSync, statSync } from 'node:fs';
import { DatabaseError } from '../lib/errors.ts';
import { chmodLine, isExposedOwnFile } from '../lib/file-exposure.ts';
import { looksLikeDatabase } from './backup-file.ts';
import { SIDE_FILES } from './partial-file.ts';

/**
 * Throws DatabaseError if the path leads to a folder or a device, or if other users can read the
 * database or its side files.
 */
export function requireOwnFile(file: string): void {
  const path = realpathSync(file);
  if (!statSync(path).isFile()) {
    throw new DatabaseError(`the database is not a file: ${file}`, {
      hint: 'Set `database` to the path of a file, such as sqlite:./data/sharetrail.db.',
    });
  }
  const exposed = ['', ...SIDE_FILES].map((suffix) => path + suffix).filter(isExposedOwnFile);
  const [first] = exposed;
  if (first === undefined || isAnotherFile(path)) return;
  throw new DatabaseError(`other users can read or write the database: ${first}`, {
    hint: `It names people and has links to what was shared. Run: ${chmodLine(exposed)}`,
  });
}

/** A text that `database` names by mistake has another error, and its permissions are no concern. */
function isAnotherFile(path: string): boolean {
  return statSync(path).size > 0 && !looksLikeDatabase(path);
}
