import { setImmediate } from 'node:timers/promises';
import { forgetBackfill, staleBackfills } from '../db/backfills.ts';
import { isLeased } from '../db/leases.ts';
import { pruneCalls, pruneRuns } from '../db/pruning.ts';
import { ERASURE_LIMITS } from '../outbox/limits.ts';
import { eraseSettled } from '../outbox/retention.ts';
import type { AppContext } from '../runs/context.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import { RETENTION_LIMITS } from './limits.ts';

const DAY_MS = 24 * 60 * 60_000;

/**
 * Does what `retentionDays` asks for, over all tenants, also those that are configured no more:
 * events that were settled longer ago lose their people and body, older runs and windows of history go. So many in one
 * go; the next one goes on. Throws DatabaseError.
 */
export async function retain(context: AppContext, signal: AbortSignal): Promise<void> {
  const { config, db, clock, log } = context;
  const now = clock.now();
  const before = now - config.service.retentionDays * DAY_MS;
  let erased = 0;
  while (erased < RETENTION_LIMITS.eventsPerGoMax && !signal.aborted) {
    const batch = await eraseSettled(db, { before, now });
    erased += batch;
    if (batch < ERASURE_LIMITS.eventsPerBatchMax) break;
    // SQLite works in this thread: runs under way get their turn between two batches.
    await setImmediate();
  }
  const runs = await pruneRuns(db, before);
  await forgetOldBackfills(context, { before, now });
  await pruneCalls(db, now);
  if (erased > 0 || runs > 0) log.info('erased what is older than retentionDays', { erased, runs });
}

/**
 * A window that was given up holds entries of the audit log, and people in them. One that a run is at
 * work on is not given up, however long it takes.
 */
async function forgetOldBackfills(
  { db }: AppContext,
  { before, now }: { readonly before: number; readonly now: number },
): Promise<void> {
  for (const backfill of await staleBackfills(db, before)) {
    if (await isLeased(db, leaseName(backfill.tenant), now)) continue;
    await forgetBackfill(db, { backfill, before });
  }
}
