import { isLeased } from '../db/leases.ts';
import { finishedRuns, type StoredRun } from '../db/runs.ts';
import type { AppContext } from '../runs/context.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import { SCHEDULE_LIMITS } from './limits.ts';

/** more runs than this that were all cut short are not one turn any more */
const RUNS_SEEN_MAX = 10;

/**
 * - `open`: nobody has served it
 * - `served`: a sync that began since the time was due is done, whoever ran it
 * - `held`: another run is at work on the tenant
 */
export type DueRunState = 'open' | 'served' | 'held';

/**
 * How a tenant's scheduled time stands in the database, for all processes that share it. A run
 * that died, or was asked to stop before its end, serves no turn; one that failed does.
 *
 * The lease is looked at before the runs: a run that ends in between is then seen as done, and
 * not taken for one that never was.
 */
export async function dueRunState(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  turn: { readonly tenant: string; readonly dueAt: number },
): Promise<DueRunState> {
  const { tenant, dueAt } = turn;
  const now = clock.now();
  const leased = await isLeased(db, leaseName(tenant), now);
  const to = now + SCHEDULE_LIMITS.clockSkewMsMax;
  const range = { from: dueAt, to, limit: RUNS_SEEN_MAX };
  const runs = await finishedRuns(db, { tenant, kind: 'sync', ...range });
  if (runs.some((run) => !wasStopped(run))) return 'served';
  return leased ? 'held' : 'open';
}

/** Only a recorded stop reopens a due time: an unreadable report does not say that there was one. */
function wasStopped({ report }: StoredRun): boolean {
  return report?.errors.some(({ code }) => code === 'stop-requested') ?? false;
}
