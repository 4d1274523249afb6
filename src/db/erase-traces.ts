import { sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import { DatabaseError } from '../lib/errors.ts';
import { DATABASE_LIMITS } from './limits.ts';
import type { Database } from './schema.ts';

/** From now on, this connection overwrites what it deletes with zeros. */
export async function overwriteDeleted(db: Database): Promise<void> {
  await sql`pragma secure_delete = on`.execute(db);
}

/**
 * Removes deleted data from the database's files: rewrites the file, because pages keep copies of rows
 * that moved, and empties the log of writes. Other processes cannot write in the meantime. Throws
 * DatabaseError if another process keeps reading.
 */
export async function eraseTraces(db: Database, clock: Clock): Promise<void> {
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

/** False if another process still reads the log. */
async function truncateLog(db: Database): Promise<boolean> {
  const { rows } = await sql<{ readonly busy: number }>`
    pragma wal_checkpoint(truncate)
  `.execute(db);
  return rows[0]?.busy === 0;
}
