import { z } from 'zod';
import { isLeased } from '../db/leases.ts';
import { runsEndedOf } from '../db/runs.ts';
import type { AppContext } from '../runs/context.ts';
import { isStopEntry } from '../runs/stage-errors.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import { SCHEDULE_LIMITS } from './limits.ts';

/** runs per due time to check, newest first */
const RUNS_SEEN_MAX = 10;
const errorsOfReport = z.object({
  errors: z.array(z.object({ stage: z.string(), message: z.string() })),
});

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
  context: AppContext,
  dueRun: { readonly tenant: string; readonly dueAt: number },
): Promise<DueRunState> {
  const { db, clock } = context;
  const { tenant, dueAt } = dueRun;
  const now = clock.now();
  const leased = await isLeased(db, leaseName(tenant), now);
  const to = now + SCHEDULE_LIMITS.clockSkewMsMax;
  const range = { tenant, kind: 'sync', from: dueAt, to, limit: RUNS_SEEN_MAX };
  const runs = await runsEndedOf(db, range);
  if (runs.some(({ report }) => !wasInterrupted(report))) return 'done';
  return leased ? 'busy' : 'open';
}

function wasInterrupted(report: string | null): boolean {
  const { errors } = errorsOfReport.parse(JSON.parse(report ?? '{"errors":[]}'));
  return errors.some(isStopEntry);
}
