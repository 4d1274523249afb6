import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isPostgresUrl } from '../lib/postgres-url.ts';
import { sqliteFile } from './open.ts';

/** begins the suffix of a previous database, which `restore` keeps; a time follows */
export const KEPT = '.replaced-';
/** the suffix of the copy that a `restore` has not put in place yet */
export const RESTORING = '.restoring';

/**
 * The files that each `restore` left next to the database: previous databases, and the copy of one
 * that was killed. `database` is the setting. Nothing else removes them.
 */
export function filesOfRestore(database: string): string[] {
  if (isPostgresUrl(database)) return [];
  const file = sqliteFile(database);
  if (!existsSync(file)) return [];
  const real = realpathSync(file);
  const [folder, name] = [dirname(real), basename(real)];
  return readdirSync(folder)
    .filter((each) => each.startsWith(name + KEPT) || each.startsWith(name + RESTORING))
    .map((each) => join(folder, each))
    .sort();
}
