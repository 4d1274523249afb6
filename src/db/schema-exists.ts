import { sql } from 'kysely';
import { isPostgres } from './is-postgres.ts';
import type { Statement } from './schema.ts';

/** Whether a PostgreSQL database has the schema: a role may own it, but not create others. */
export async function schemaExists(db: Statement, name: string): Promise<boolean> {
  const { rows } = await sql<{ readonly exists: boolean }>`
    select to_regnamespace(${name}) is not null as exists
  `.execute(db);
  return rows[0]?.exists === true;
}

/** The schema of the queue, which pg-boss creates and migrates. */
export const QUEUE_SCHEMA = 'pgboss';

/** Whether this role can create the schema, or tables in it if it exists. Always true on SQLite. */
export async function mayUseSchema(db: Statement, name: string): Promise<boolean> {
  if (!isPostgres(db)) return true;
  const { rows } = await sql<{ readonly allowed: boolean }>`
    select case when to_regnamespace(${name}) is null
      then has_database_privilege(current_database(), 'create')
      else has_schema_privilege(${name}, 'create') and has_schema_privilege(${name}, 'usage')
    end as allowed
  `.execute(db);
  return rows[0]?.allowed === true;
}
