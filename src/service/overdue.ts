import type { TenantConfig } from '../config/types.ts';
import { isLeased } from '../db/leases.ts';
import { lastGoodSync, rememberAlert, unwatchTenant, watchTenant } from '../db/overdue.ts';
import { latestRuns } from '../db/runs.ts';
import type { AppContext } from '../runs/context.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import type { Alerts } from './alerts.ts';

/** The first due time after `after`, epoch milliseconds; Infinity where there is none. */
export type NextDue = (
  timetable: { readonly schedule: string; readonly timezone: string },
  after: number,
) => number;

export interface Watching {
  readonly alerts: Alerts;
  readonly nextDue: NextDue;
}

/**
 * Tells of tenants that have had no good run for two of their periods, once for each time without
 * one. Nothing is told while a run is at work that began in the last period: it may be the good one.
 */
export async function watchForOverdue(
  context: AppContext,
  tenants: readonly TenantConfig[],
  watching: Watching,
): Promise<void> {
  for (const tenant of tenants) {
    if (tenant.schedule === undefined) await unwatchTenant(context.db, tenant.tenant);
    else await watchOne(context, { ...tenant, schedule: tenant.schedule }, watching);
  }
}

async function watchOne(
  context: AppContext,
  config: TenantConfig & { readonly schedule: string },
  { alerts, nextDue }: Watching,
): Promise<void> {
  const { db, clock } = context;
  const { tenant, schedule, timezone } = config;
  const now = clock.now();
  const { since, alertedFor } = await watchTenant(db, { tenant, schedule, now });
  const lastGoodAt = await lastGoodSync(db, tenant);
  const badSince = Math.max(since, lastGoodAt ?? since);
  if (alertedFor !== undefined && alertedFor >= badSince) return;
  const { overdueAt, periodMs } = overdueFrom(badSince, (after) => nextDue(config, after));
  if (now < overdueAt || (await isAtWork(context, { tenant, since: now - periodMs }))) return;
  const last = lastGoodAt === badSince ? { lastGoodAt } : {};
  alerts.addOverdue(context, { tenant, schedule, timezone, since, ...last }, () =>
    rememberAlert(db, { tenant, alertedFor: badSince }),
  );
}

/**
 * Two periods after `since`, and not before two due times have come: the periods of a schedule for
 * working days are of different lengths.
 */
function overdueFrom(since: number, nextDue: (after: number) => number) {
  const first = nextDue(since);
  const second = nextDue(first);
  const periodMs = second - first;
  if (!Number.isFinite(second)) return { periodMs: 0, overdueAt: second };
  return { periodMs, overdueAt: Math.max(second, since + 2 * periodMs) };
}

async function isAtWork(
  { db, clock }: AppContext,
  run: { readonly tenant: string; readonly since: number },
): Promise<boolean> {
  const { tenant, since } = run;
  const [newest] = await latestRuns(db, { tenant, limit: 1 });
  if (newest === undefined || newest.finishedAt !== undefined) return false;
  return newest.startedAt > since && (await isLeased(db, leaseName(tenant), clock.now()));
}
