import type { TenantConfig } from '../config/types.ts';
import { databaseTime } from '../db/database-time.ts';
import { isLeased } from '../db/leases.ts';
import { lastGoodSync, rememberAlert, unwatchTenant, watchTenant } from '../db/overdue.ts';
import { latestRuns } from '../db/runs.ts';
import type { AppContext } from '../runs/app-context.ts';
import { type NextDue, overdueTimes } from '../runs/overdue-times.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import type { Alerts } from './alerts.ts';

export interface OverdueWatch {
  readonly alerts: Alerts;
  readonly nextDue: NextDue;
}

/**
 * Queues an alert for each tenant without a successful run for two periods, once per such time.
 * Waits for a running run that began in the last period, because it may succeed.
 */
export async function checkOverdue(
  context: AppContext,
  tenants: readonly TenantConfig[],
  watching: OverdueWatch,
): Promise<void> {
  for (const tenant of tenants) {
    if (tenant.schedule === undefined) await unwatchTenant(context.db, tenant.tenant);
    else await checkTenant(context, { ...tenant, schedule: tenant.schedule }, watching);
  }
}

async function checkTenant(
  context: AppContext,
  config: TenantConfig & { readonly schedule: string },
  { alerts, nextDue }: OverdueWatch,
): Promise<void> {
  const { db, clock } = context;
  const { tenant, schedule, timezone } = config;
  const now = clock.now();
  const { since, alertedFor } = await watchTenant(db, { tenant, schedule, now });
  const lastGoodAt = await lastGoodSync(db, tenant);
  const badSince = Math.max(since, lastGoodAt ?? since);
  if (alertedFor !== undefined && alertedFor >= badSince) return;
  const { overdueAt, periodMs } = overdueTimes(badSince, (after) => nextDue(config, after));
  if (now < overdueAt || (await isRunning(context, { tenant, since: now - periodMs }))) return;
  const last = lastGoodAt === badSince ? { lastGoodAt } : {};
  alerts.addOverdue(context, { tenant, schedule, timezone, since, ...last }, () =>
    rememberAlert(db, { tenant, alertedFor: badSince }),
  );
}

async function isRunning(
  { db, clock }: AppContext,
  run: { readonly tenant: string; readonly since: number },
): Promise<boolean> {
  const { tenant, since } = run;
  const [newest] = await latestRuns(db, { tenant, limit: 1 });
  if (newest === undefined || newest.finishedAt !== undefined) return false;
  return (
    newest.startedAt > since &&
    (await isLeased(db, leaseName(tenant), await databaseTime(db, clock)))
  );
}
