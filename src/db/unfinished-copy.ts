import { sql } from 'kysely';
import { DatabaseError } from '../lib/errors.ts';
import { isPostgres } from './is-postgres.ts';
import { SCHEMA } from './postgres/session.ts';
import type { Statement } from './schema.ts';

/** A database has this table while it is an unfinished copy: one row for each finished table. */
export const MARKER = 'unfinished_copy';

/** Whether `copy-database` has begun to write this database, and has not finished. */
export async function isUnfinishedCopy(db: Statement): Promise<boolean> {
  const query = isPostgres(db)
    ? sql<{
        found: number;
      }>`select 1 as found where to_regclass(${`${SCHEMA}.${MARKER}`}) is not null`
    : sql<{ found: number }>`select 1 as found from sqlite_schema where name = ${MARKER}`;
  return (await query.execute(db)).rows.length > 0;
}

/** A run on half of the rows would send events a second time. Throws DatabaseError. */
export async function requireFinishedCopy(db: Statement): Promise<void> {
  if (!(await isUnfinishedCopy(db))) return;
  throw new DatabaseError('the database is an unfinished copy', {
    hint: 'Run the same `sharetrail copy-database FROM TO` again: it resumes the copy.',
  });
}
