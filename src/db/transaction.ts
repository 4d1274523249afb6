import { DATABASE_LIMITS } from './limits.ts';
import { isConflict, isConnectionLost } from './postgres/failures.ts';
import type { Database, Statement } from './schema.ts';

/**
 * Runs `work` in one transaction. On SQLite, it excludes every other writer. On PostgreSQL, it
 * excludes those that lock the same rows or names: see docs/decisions/0009-postgresql.md.
 *
 * If PostgreSQL rolls it back because of a deadlock, or because the server restarts before the commit,
 * all of `work` is repeated: it must not change anything outside of the database that a second attempt
 * would not change in the same way.
 */
export async function inTransaction<T>(
  db: Database,
  work: (trx: Statement) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    // Once the commit was sent, it is unknown whether it succeeded.
    let isComplete = false;
    try {
      return await db.transaction().execute(async (trx) => {
        const result = await work(trx);
        isComplete = true;
        return result;
      });
    } catch (error) {
      const mayRepeat = isConflict(error) || (!isComplete && isConnectionLost(error));
      if (!mayRepeat || attempt >= DATABASE_LIMITS.transactionAttemptsMax) throw error;
    }
  }
}
