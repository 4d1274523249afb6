import { sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import { DatabaseError } from '../lib/errors.ts';
import { isPostgres } from './is-postgres.ts';
import { DATABASE_LIMITS } from './limits.ts';
import { SCHEMA } from './postgres/session.ts';
import type { Database } from './schema.ts';
import { withoutTimeLimit } from './without-time-limit.ts';

/** From now on, this connection overwrites what it deletes with zeros. PostgreSQL has no such mode. */
export async function overwriteDeleted(db: Database): Promise<void> {
  if (isPostgres(db)) return;
  await sql`pragma secure_delete = on`.execute(db);
}

/**
 * Removes deleted data from the database's files: rewrites the file, because pages keep copies of rows
 * that moved, and empties the log of writes. Other processes cannot write in the meantime. Throws
 * DatabaseError if another process keeps reading.
 */
export async function eraseTraces(db: Database, clock: Clock): Promise<void> {
  if (isPostgres(db)) return rewriteTables(db);
  await sql`vacuum`.execute(db);
  const { lockRetryMs, lockWaitMsMax } = DATABASE_LIMITS;
  for (let waitedMs = 0; waitedMs < lockWaitMsMax; waitedMs += lockRetryMs) {
    if (await truncateLog(db)) return;
    await clock.sleep(lockRetryMs);
  }
  throw new DatabaseError('another process reads the database, so its files still have traces', {
    hint: 'The data itself is erased. Stop that process, and run the command again.',
  });
}

/**
 * Rewrites each table without its deleted rows. Its write-ahead log and its backups keep them until
 * the server recycles them.
 */
async function rewriteTables(db: Database): Promise<void> {
  await withoutTimeLimit(db, async (connection) => {
    const { rows } = await sql<{ readonly name: string }>`
      select tablename as name from pg_tables where schemaname = ${SCHEMA} order by tablename
    `.execute(connection);
    for (const { name } of rows) {
      await sql`vacuum (full) ${sql.table(`${SCHEMA}.${name}`)}`.execute(connection);
    }
  });
}

/** False if another process still reads the log. */
async function truncateLog(db: Database): Promise<boolean> {
  const { rows } = await sql<{ readonly busy: number }>`
    pragma wal_checkpoint(truncate)
  `.execute(db);
  return rows[0]?.busy === 0;
}
