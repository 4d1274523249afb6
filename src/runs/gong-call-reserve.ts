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
export async function reservedCalls(
  context: AppContext,
  tenant: TenantConfig,
  busiestNights: BusiestNights = createBusiestNights(context),
): Promise<number> {
  const account = findGongAccount(tenant.gong);
  if (account === undefined) return 0;
  const calls = await busiestNights(account);
  return Math.min(calls, Math.floor(tenant.gong.callsPerDay * RESERVE_LIMITS.shareOfDayMax));
}

/** How many of a day's Gong calls a backfill can use. Its remaining days are estimated from this. */
export async function callsForBackfill(
  context: AppContext,
  tenant: TenantConfig,
  busiestNights?: BusiestNights,
): Promise<number> {
  return tenant.gong.callsPerDay - (await reservedCalls(context, tenant, busiestNights));
}

/** What the scheduled tenants of a Gong account queued in their busiest runs of the last week. */
export type BusiestNights = (account: string) => Promise<number>;

/** Reads the runs of an account's tenants once, for any number of tenants that use the account. */
export function createBusiestNights(context: AppContext): BusiestNights {
  const known = new Map<string, Promise<number>>();
  return (account) => {
    const calls = known.get(account) ?? sumBusiestRuns(context, account);
    known.set(account, calls);
    return calls;
  };
}

async function sumBusiestRuns(context: AppContext, account: string): Promise<number> {
  let calls = 0;
  for (const { tenant, schedule, gong } of context.config.tenants) {
    if (schedule === undefined || findGongAccount(gong) !== account) continue;
    calls += await busiestRun(context, tenant);
  }
  return calls;
}

async function busiestRun({ db, clock }: AppContext, tenant: string): Promise<number> {
  const now = clock.now();
  const week = { from: now - RESERVE_LIMITS.lookBackMs, to: now };
  const limit = RESERVE_LIMITS.runsReadMax;
  const runs = await finishedRuns(db, { tenant, kind: 'sync', ...week, limit });
  const queued = runs.map(({ report }) => report?.queued ?? 0);
  return Math.max(0, ...queued);
}
