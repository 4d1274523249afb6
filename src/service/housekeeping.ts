import type { TenantConfig } from '../config/types.ts';
import type { RunReport } from '../db/run-report.ts';
import { messageOf } from '../lib/errors.ts';
import type { AppContext } from '../runs/context.ts';
import { alertOnRuns } from './alerts.ts';
import { type Watching, watchForOverdue } from './overdue.ts';
import { retain } from './retention.ts';

/**
 * What a service does for tenants beside their runs, after each of them and once an hour for all:
 * retention, and telling of tenants without a good run. Throws DatabaseError.
 */
export async function housekeeping(
  context: AppContext,
  tenants: readonly TenantConfig[],
  options: Watching & { readonly signal: AbortSignal },
): Promise<void> {
  if (context.config.service.alerts) await watchForOverdue(context, tenants, options);
  await retain(context, options.signal);
}

/**
 * What a command does after its runs: tells of those that need somebody, and keeps the retention.
 * Never throws: what the runs did is done. A database that broke one of them is left alone.
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
    await retain(context, signal);
  } catch (error) {
    context.log.warn(`what is older than retentionDays could not be erased: ${messageOf(error)}`);
  }
}
