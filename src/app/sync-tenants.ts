import pLimit from 'p-limit';
import type { TenantConfig } from '../config/types.ts';
import type { Context } from './context.ts';
import { runError } from './failures.ts';
import { afterRuns } from './housekeeping.ts';
import type { RunReport } from './report.ts';
import { type Progress, RunBroken } from './run.ts';
import { runSync, type SyncOptions } from './run-sync.ts';
import { reportOf, Tally } from './tally.ts';

export interface SyncTenantsOptions extends Pick<SyncOptions, 'reach' | 'push' | 'signal'> {
  readonly tenants: readonly TenantConfig[];
  readonly onProgress: (tenant: string, progress: Progress) => void;
}

/** How every tenant's run ended. `broken`: the database, or a bug, ended that run by force. */
export interface SyncedTenant {
  readonly tenant: string;
  readonly report: RunReport;
  readonly broken?: unknown;
}

/** One run for each tenant, `tenantsAtOnce` side by side; one's failure changes nothing for another. */
export async function syncTenants(
  context: Context,
  options: SyncTenantsOptions,
): Promise<SyncedTenant[]> {
  const limit = pLimit(context.config.service.tenantsAtOnce);
  const { reach, push, signal } = options;
  const runs = await Promise.all(
    options.tenants.map((tenant) => {
      const onProgress = (progress: Progress) => options.onProgress(tenant.tenant, progress);
      return limit(() => syncTenant(context, { tenant, reach, push, signal, onProgress }));
    }),
  );
  await afterRuns(context, runs, signal);
  return runs;
}

/** One tenant's run, whoever started it. Never throws: what ended it by force is in `broken`. */
export async function syncTenant(context: Context, options: SyncOptions): Promise<SyncedTenant> {
  const { tenant } = options.tenant;
  const startedAt = context.clock.now();
  try {
    return { tenant, report: await runSync(context, options) };
  } catch (error) {
    if (error instanceof RunBroken) return { tenant, report: error.report, broken: error.cause };
    const report = neverBegun(context, { name: tenant, startedAt, error });
    return { tenant, report, broken: error };
  }
}

/** The tenant could not even be held: nothing was done for it. */
function neverBegun(
  context: Context,
  run: { readonly name: string; readonly startedAt: number; readonly error: unknown },
): RunReport {
  const tally = new Tally();
  tally.addError(runError('run', run.error));
  return reportOf(tally, {
    tenant: run.name,
    kind: 'sync',
    outcome: 'failed',
    startedAt: run.startedAt,
    finishedAt: context.clock.now(),
    pending: 0,
  });
}
