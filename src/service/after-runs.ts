import type { TenantConfig } from '../config/types.ts';
import type { RunReport } from '../db/run-report.ts';
import { messageOf } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { alertOnRuns } from './alerts.ts';
import { indexForSearch, indexingTimeOf } from './index-for-search.ts';
import { INDEXING_LIMITS } from './limits.ts';
import { checkOverdue, type OverdueWatch } from './overdue.ts';
import { applyRetention } from './retention.ts';

/**
 * The work of a service after each run and once per hour: alerts about tenants without a successful
 * run, retention, and the search index. Throws DatabaseError.
 */
export async function housekeeping(
  context: AppContext,
  tenants: readonly TenantConfig[],
  options: OverdueWatch & { readonly signal: AbortSignal },
): Promise<void> {
  if (context.config.service.alerts) await checkOverdue(context, tenants, options);
  await applyRetention(context, options.signal);
  const { signal } = options;
  await indexForSearch(context, { forMs: INDEXING_LIMITS.serviceMsMax, signal });
}

/**
 * The work of a command after its runs: alerts about those that need attention, retention, and the
 * search index. Never throws, because the runs are already done. Does only the alerts if the database
 * broke a run.
 */
export async function afterRuns(
  context: AppContext,
  runs: readonly { readonly report: RunReport; readonly broken?: unknown }[],
  signal: AbortSignal,
): Promise<void> {
  const reports = runs.map(({ report }) => report);
  await alertOnRuns(context, reports, signal);
  if (runs.some(({ broken }) => broken !== undefined)) return;
  try {
    await applyRetention(context, signal);
    await indexForSearch(context, { forMs: indexingTimeOf(reports), signal });
  } catch (error) {
    context.log.warn(
      `the work after the runs failed, and the next run repeats it: ${messageOf(error)}`,
    );
  }
}
