import { sql } from 'kysely';
import { isPostgres } from './is-postgres.ts';
import { SCHEMA } from './postgres/session.ts';
import type { Statement } from './schema.ts';

/** A number that changes when another connection, of any process, changes the database. */
export async function dataVersion(db: Statement): Promise<number> {
  if (isPostgres(db)) return changedRows(db);
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db);
  return rows[0]?.data_version ?? 0;
}

/** The rows that were ever written, as the statistics count them: at most a second late. */
async function changedRows(db: Statement): Promise<number> {
  const { rows } = await sql<{ changed: number }>`
    select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint as changed
    from pg_stat_user_tables where schemaname = ${SCHEMA}
  `.execute(db);
  return rows[0]?.changed ?? 0;
}
