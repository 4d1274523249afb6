import { sql } from 'kysely';
import { isPostgres } from './is-postgres.ts';
import { POSTGRES_LIMITS } from './limits.ts';
import type { Database } from './schema.ts';

/**
 * Does work on a large table that takes as long as it takes: the server does not cancel its statements,
 * and the driver does not give up waiting (see postgres/driver.ts). Reserves the connection; `work`
 * must use the one that it is given. SQLite has no limit.
 */
export async function withoutTimeLimit<T>(
  db: Database,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  if (!isPostgres(db)) return work(db);
  return db.connection().execute(async (connection) => {
    await setStatementTimeout(connection, 0);
    try {
      return await work(connection);
    } finally {
      await setStatementTimeout(connection, POSTGRES_LIMITS.statementMsMax);
    }
  });
}

async function setStatementTimeout(db: Database, ms: number): Promise<void> {
  await sql`set statement_timeout = ${sql.lit(ms)}`.execute(db);
}
