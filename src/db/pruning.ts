import { CALL_LIMITS, PRUNING_LIMITS } from './limits.ts';
import type { Database } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** Deletes runs that began before `before`, except each tenant's newest. Returns how many. */
export async function pruneRuns(db: Database, before: number): Promise<number> {
  const tenants = await db.selectFrom('run').select('tenant').distinct().execute();
  let pruned = 0;
  for (const { tenant } of tenants) pruned += await pruneRunsOf(db, { tenant, before });
  return pruned;
}

async function pruneRunsOf(
  db: Database,
  { tenant, before }: { readonly tenant: string; readonly before: number },
): Promise<number> {
  return inTransaction(db, async (trx) => {
    const oldestKept = await trx
      .selectFrom('run')
      .select('started_at')
      .where('tenant', '=', tenant)
      .orderBy('started_at', 'desc')
      .limit(1)
      .offset(PRUNING_LIMITS.runsKeptMin - 1)
      .executeTakeFirst();
    if (oldestKept === undefined) return 0;
    const until = Math.min(before, oldestKept.started_at);
    const { numDeletedRows } = await trx
      .deleteFrom('run')
      .where('run_id', 'in', (run) =>
        run
          .selectFrom('run')
          .select('run_id')
          .where('tenant', '=', tenant)
          .where('started_at', '<', until)
          .orderBy('started_at')
          .limit(PRUNING_LIMITS.runsPerBatchMax),
      )
      .executeTakeFirst();
    return Number(numDeletedRows);
  });
}

/**
 * Deletes calls older than a day, including those of accounts that are no longer used, and the totals
 * that include them: the next call sums its day again.
 */
export async function pruneCalls(db: Database, now: number): Promise<void> {
  const since = now - CALL_LIMITS.dayMs;
  await inTransaction(db, async (trx) => {
    // First, because every process that counts calls locks the total first.
    await trx.deleteFrom('call_total').where('since', '<', since).execute();
    await trx.deleteFrom('call').where('at', '<=', since).execute();
  });
}
