import { sql } from 'kysely';
import { isPostgres } from './is-postgres.ts';
import type { Database } from './schema.ts';

/**
 * Once it resolves, what `write` and every earlier transaction committed survives a power cut: in WAL
 * mode with synchronous NORMAL, it can lose the last commits. Reserves the connection, so that no
 * other write sets `normal` in between; `write` must use the connection that it is given.
 */
export async function durably<T>(db: Database, write: (db: Database) => Promise<T>): Promise<T> {
  // Every commit there survives it: see postgres/session.ts.
  if (isPostgres(db)) return write(db);
  return db.connection().execute(async (connection) => {
    await sql`pragma synchronous = full`.execute(connection);
    try {
      return await write(connection);
    } finally {
      await sql`pragma synchronous = normal`.execute(connection);
    }
  });
}
