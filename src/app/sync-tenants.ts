import pLimit from 'p-limit';
import type { TenantConfig } from '../config/types.ts';
import type { Context } from './context.ts';
import type { RunReport } from './report.ts';
import type { Progress } from './run.ts';
import { runSync, type SyncOptions } from './run-sync.ts';

export interface SyncTenantsOptions extends Pick<SyncOptions, 'reach' | 'push' | 'signal'> {
  readonly tenants: readonly TenantConfig[];
  readonly onProgress: (tenant: string, progress: Progress) => void;
}

/** How every tenant's run ended. `broken`: the database, or a bug, ended that run by force. */
export interface SyncedTenant {
  readonly tenant: string;
  readonly report?: RunReport;
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
        try {
          const report = await runSync(context, { tenant, reach, push, signal, onProgress });
          return { tenant: name, report };
        } catch (broken) {
          return { tenant: name, broken };
        }
      }),
    ),
  );
}
