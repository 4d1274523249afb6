import type { TenantConfig } from '../config/types.ts';
import type { RunReport } from '../db/run-report.ts';
import { messageOf } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { alertOnRuns } from './alerts.ts';
import { checkOverdue, type OverdueWatch } from './overdue.ts';
import { applyRetention } from './retention.ts';

/**
 * The work of a service after each run and once per hour: retention, and alerts about tenants
 * without a successful run. Throws DatabaseError.
 */
export async function housekeeping(
  context: AppContext,
  tenants: readonly TenantConfig[],
  options: OverdueWatch & { readonly signal: AbortSignal },
): Promise<void> {
  if (context.config.service.alerts) await checkOverdue(context, tenants, options);
  await applyRetention(context, options.signal);
}

/**
 * The work of a command after its runs: alerts about those that need attention, and retention.
 * Never throws, because the runs are already done. Skips retention if the database broke a run.
 */
export async function afterRuns(
  context: AppContext,
  runs: readonly { readonly report: RunReport; readonly broken?: unknown }[],
  signal: AbortSignal,
): Promise<void> {
  await alertOnRuns(
    context,
    runs.map(({ report }) => report),
    signal,
  );
  if (runs.some(({ broken }) => broken !== undefined)) return;
  try {
    await applyRetention(context, signal);
  } catch (error) {
    context.log.warn(`data older than retentionDays could not be erased: ${messageOf(error)}`);
  }
}
