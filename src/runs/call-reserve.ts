import type { TenantConfig } from '../config/types.ts';
import { finishedRuns } from '../db/runs.ts';
import { findGongAccount } from '../vendors/gong/account.ts';
import type { AppContext } from './app-context.ts';
import { RESERVE_LIMITS } from './limits.ts';

/**
 * How many of a day's Gong calls backfills leave to scheduled runs, so that tonight's shares are sent
 * tonight: what the scheduled tenants of the account queued in their busiest run of the last week.
 * At most half of the day's calls, so that a backfill always ends.
 */
export async function reservedCalls(context: AppContext, tenant: TenantConfig): Promise<number> {
  const account = findGongAccount(tenant.gong);
  if (account === undefined) return 0;
  let calls = 0;
  for (const other of context.config.tenants) {
    if (other.schedule === undefined || findGongAccount(other.gong) !== account) continue;
    calls += await busiestRun(context, other.tenant);
  }
  return Math.min(calls, Math.floor(tenant.gong.callsPerDay * RESERVE_LIMITS.shareOfDayMax));
}

/** How many of a day's Gong calls a backfill can use. Its remaining days are estimated from this. */
export async function callsForBackfill(context: AppContext, tenant: TenantConfig): Promise<number> {
  return tenant.gong.callsPerDay - (await reservedCalls(context, tenant));
}

async function busiestRun({ db, clock }: AppContext, tenant: string): Promise<number> {
  const now = clock.now();
  const week = { from: now - RESERVE_LIMITS.lookBackMs, to: now };
  const limit = RESERVE_LIMITS.runsReadMax;
  const runs = await finishedRuns(db, { tenant, kind: 'sync', ...week, limit });
  const queued = runs.map(({ report }) => report?.queued ?? 0);
  return Math.max(0, ...queued);
}
