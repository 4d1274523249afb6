import { databaseTime } from '../db/database-time.ts';
import { isLeased } from '../db/leases.ts';
import { finishedRuns, type StoredRun } from '../db/runs.ts';
import type { AppContext } from '../runs/app-context.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import { SCHEDULE_LIMITS } from './limits.ts';

/** runs per due time to check, newest first */
const RUNS_SEEN_MAX = 10;

/**
 * - `open`: no run has done it
 * - `done`: a sync that began since the due time has ended, in any process
 * - `busy`: another run has the tenant's lock
 */
export type DueRunState = 'open' | 'done' | 'busy';

/**
 * The state of a tenant's due time in the database, for all processes that share it. An ended run
 * counts even if it failed, but not if it died or was stopped.
 *
 * Checks the lease before the runs, so that a run that ends in between is seen.
 */
export async function dueRunState(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  dueRun: { readonly tenant: string; readonly dueAt: number },
): Promise<DueRunState> {
  const { tenant, dueAt } = dueRun;
  const now = clock.now();
  const leased = await isLeased(db, leaseName(tenant), await databaseTime(db, clock));
  const to = now + SCHEDULE_LIMITS.clockSkewMsMax;
  const range = { from: dueAt, to, limit: RUNS_SEEN_MAX };
  const runs = await finishedRuns(db, { tenant, kind: 'sync', ...range });
  if (runs.some((run) => !wasStopped(run))) return 'done';
  return leased ? 'busy' : 'open';
}

/** Only a recorded stop reopens a due time: an unreadable report does not say that there was one. */
function wasStopped({ report }: StoredRun): boolean {
  return report?.errors.some(({ code }) => code === 'stop-requested') ?? false;
}
