import { sql } from 'kysely';
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

/** Our queue in it, part of the database. Another program can have queues of its own there. */
export const QUEUE_NAME = 'runs';
