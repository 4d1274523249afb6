import { setImmediate } from 'node:timers/promises';
import { forgetBackfill, staleBackfills } from '../db/backfills.ts';
import { databaseTime } from '../db/database-time.ts';
import { isLeased } from '../db/leases.ts';
import { pruneCalls, pruneRuns } from '../db/pruning.ts';
import { pruneSetAside } from '../db/set-aside.ts';
import { ERASURE_LIMITS } from '../outbox/limits.ts';
import { eraseSettled } from '../outbox/retention.ts';
import type { AppContext } from '../runs/app-context.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import { RETENTION_LIMITS } from './limits.ts';

const DAY_MS = 24 * 60 * 60_000;

/**
 * Applies `retentionDays` to all tenants, including those that are no longer configured. Erases
 * the people and bodies of up to `eventsPerCallMax` events that were settled earlier, and deletes
 * older runs and abandoned backfills. Throws DatabaseError.
 */
export async function applyRetention(context: AppContext, signal: AbortSignal): Promise<void> {
  const { config, db, clock, log } = context;
  const now = clock.now();
  const before = now - config.service.retentionDays * DAY_MS;
  let erased = 0;
  while (erased < RETENTION_LIMITS.eventsPerCallMax && !signal.aborted) {
    const batch = await eraseSettled(db, { before, now });
    erased += batch;
    if (batch < ERASURE_LIMITS.eventsPerBatchMax) break;
    // SQLite runs in this thread: this lets running runs continue between two batches.
    await setImmediate();
  }
  const runs = await pruneRuns(db, before);
  const databaseNow = await databaseTime(db, clock);
  await deleteStaleBackfills(context, { before, now: databaseNow });
  await pruneSetAside(db, before);
  await pruneCalls(db, databaseNow);
  if (erased > 0 || runs > 0) log.info('erased data older than retentionDays', { erased, runs });
}

/**
 * An abandoned backfill has read-ahead entries of the audit log, with people in them. A backfill
 * with a running run is not abandoned, however long it takes.
 */
async function deleteStaleBackfills(
  { db }: AppContext,
  { before, now }: { readonly before: number; readonly now: number },
): Promise<void> {
  for (const backfill of await staleBackfills(db, before)) {
    if (await isLeased(db, leaseName(backfill.tenant), now)) continue;
    await forgetBackfill(db, { backfill, before });
  }
}
