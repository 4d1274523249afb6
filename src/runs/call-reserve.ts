import type { TenantConfig } from '../config/types.ts';
import { finishedRuns } from '../db/runs.ts';
import { gongAccountOf } from '../vendors/gong/account.ts';
import type { AppContext } from './context.ts';
import { RESERVE_LIMITS } from './limits.ts';

/**
 * How many of a day's calls history leaves to the coming nights, so that tonight's shares go out
 * tonight: what the scheduled tenants of the same Gong account brought in on their busiest night of
 * the last week. Half a day's calls at most, or history would never come to its end.
 */
export async function reservedCalls(context: AppContext, tenant: TenantConfig): Promise<number> {
  const account = gongAccountOf(tenant.gong);
  let calls = 0;
  for (const other of context.config.tenants) {
    if (other.schedule === undefined || gongAccountOf(other.gong) !== account) continue;
    calls += await busiestNight(context, other.tenant);
  }
  return Math.min(calls, Math.floor(tenant.gong.callsPerDay * RESERVE_LIMITS.shareOfDayMax));
}

/** How many calls of a day history may use: what the days until its end are counted by. */
export async function callsForBackfill(context: AppContext, tenant: TenantConfig): Promise<number> {
  return tenant.gong.callsPerDay - (await reservedCalls(context, tenant));
}

async function busiestNight({ db, clock }: AppContext, tenant: string): Promise<number> {
  const now = clock.now();
  const week = { from: now - RESERVE_LIMITS.lookBackMs, to: now };
  const limit = RESERVE_LIMITS.runsLookedAt;
  const runs = await finishedRuns(db, { tenant, kind: 'sync', ...week, limit });
  const queued = runs.map(({ report }) => report?.queued ?? 0);
  return Math.max(0, ...queued);
}
