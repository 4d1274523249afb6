import { realpathSync, statSync } from 'node:fs';
import { DatabaseError } from '../lib/errors.ts';
import { chmodLine, isExposedOwnFile } from '../lib/file-exposure.ts';
import { looksLikeDatabase } from './backup-file.ts';
import { SIDE_FILES } from './partial-file.ts';

/** Throws DatabaseError if other users can read the database or its side files. */
export function requireOwnerOnly(file: string): void {
  const path = realpathSync(file);
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
