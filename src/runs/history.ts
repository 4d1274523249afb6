import type { TenantConfig } from '../config/types.ts';
import { listBackfills } from '../db/backfills.ts';
import type { RunReport } from '../db/run-report.ts';
import { countBackfilled } from '../outbox/event-counts.ts';
import type { SourceName } from '../share/share.ts';
import type { AppContext } from './app-context.ts';
import { runBackfill } from './backfill.ts';
import type { BackfillWindow } from './backfill-window.ts';
import { executeRun, type RunOptions } from './execute-run.ts';
import { readsSource } from './tenant-sources.ts';

/** Whether the tenant has a window that a worker can continue, or backfilled events to send. */
export async function hasHistoryLeft({ db }: AppContext, tenant: TenantConfig): Promise<boolean> {
  if ((await unfinishedWindow(db, tenant)) !== undefined) return true;
  return (await countBackfilled(db, tenant.tenant)).waiting > 0;
}

/**
 * Executes one slice of a tenant's history: continues the window that was read least recently, or only
 * sends the backfilled events if all windows are read. Throws like `runBackfill`.
 */
export async function runHistory(context: AppContext, options: RunOptions): Promise<RunReport> {
  const window = await unfinishedWindow(context.db, options.tenant);
  if (window !== undefined) return runBackfill(context, { ...options, window });
  return executeRun(context, options, { kind: 'backfill', read: async () => false });
}

async function unfinishedWindow(
  db: AppContext['db'],
  tenant: TenantConfig,
): Promise<BackfillWindow | undefined> {
  const newestFirst = await listBackfills(db, tenant.tenant);
  for (const { state, isAutomatic, source, since, until } of newestFirst.toReversed()) {
    const name = SOURCES.find((each) => each === source && readsSource(tenant, each));
    if (state !== 'reading' || !isAutomatic || name === undefined) continue;
    return { since, source: name, ...(until !== undefined && { until }) };
  }
  return undefined;
}

const SOURCES = ['salesforce', 'google-drive'] as const satisfies readonly SourceName[];
