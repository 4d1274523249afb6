import type Sqlite from 'better-sqlite3';
import { DatabaseError } from '../lib/errors.ts';

/** `quick` does not compare the indexes with their tables. */
type Depth = 'quick' | 'full';

const ORPHANS = 'select count(*) as rows, min("table") as name from pragma_foreign_key_check';

/**
 * What is wrong with a database, as a part of a sentence; undefined if nothing is. SQLite's own check
 * passes for a database next to a -wal file of another one, but its rows no longer fit together.
 */
export function findDamage(database: Sqlite.Database, depth: Depth): string | undefined {
  const check = depth === 'quick' ? 'quick_check(1)' : 'integrity_check(1)';
  const found = String(database.pragma(check, { simple: true }));
  if (found !== 'ok') return found;
  const orphans = database.prepare(ORPHANS).get() as { readonly rows: number; name: string };
  if (orphans.rows === 0) return undefined;
  const { rows, name } = orphans;
  const those = rows === 1 ? '1 row that refers' : `${rows} rows that refer`;
  return `the table "${name}" has ${those} to a missing row`;
}

/** What a run reports if the database is damaged, although SQLite can read it. */
export function damagedDatabase(
  file: string,
  found: { readonly damage: string; readonly cause: unknown },
): DatabaseError {
  return new DatabaseError(`the database is damaged: ${file} (${found.damage})`, {
    hint:
      'Its rows do not fit together: probably, a copy was put next to an old -wal file. Restore a ' +
      'backup with `sharetrail restore FILE`.',
    cause: found.cause,
  });
}
