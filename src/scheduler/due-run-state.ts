import { z } from 'zod';
import { isLeased } from '../db/leases.ts';
import { runsEndedOf } from '../db/runs.ts';
import type { AppContext } from '../runs/context.ts';
import { isStopEntry } from '../runs/stage-errors.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import { SCHEDULE_LIMITS } from './limits.ts';

/** more runs than this that were all cut short are not one turn any more */
const RUNS_SEEN_MAX = 10;
const errorsOfReport = z.object({
  errors: z.array(z.object({ stage: z.string(), message: z.string() })),
});

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
  context: AppContext,
  turn: { readonly tenant: string; readonly dueAt: number },
): Promise<DueRunState> {
  const { db, clock } = context;
  const { tenant, dueAt } = turn;
  const now = clock.now();
  const leased = await isLeased(db, leaseName(tenant), now);
  const to = now + SCHEDULE_LIMITS.clockSkewMsMax;
  const range = { tenant, kind: 'sync', from: dueAt, to, limit: RUNS_SEEN_MAX };
  const runs = await runsEndedOf(db, range);
  if (runs.some(({ report }) => !wasCutShort(report))) return 'served';
  return leased ? 'held' : 'open';
}

function wasCutShort(report: string | null): boolean {
  const { errors } = errorsOfReport.parse(JSON.parse(report ?? '{"errors":[]}'));
  return errors.some(isStopEntry);
}
