import pLimit from 'p-limit';
import type { TenantConfig } from '../config/types.ts';
import type { Context } from './context.ts';
import { runError } from './failures.ts';
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
  return Promise.all(
    options.tenants.map((tenant) =>
      limit(async (): Promise<SyncedTenant> => {
        const name = tenant.tenant;
        const onProgress = (progress: Progress) => options.onProgress(name, progress);
        const startedAt = context.clock.now();
        try {
          const report = await runSync(context, { tenant, reach, push, signal, onProgress });
          return { tenant: name, report };
        } catch (error) {
          if (error instanceof RunBroken) {
            return { tenant: name, report: error.report, broken: error.cause };
          }
          return {
            tenant: name,
            report: neverBegun(context, { name, startedAt, error }),
            broken: error,
          };
        }
      }),
    ),
  );
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
