import pLimit from 'p-limit';
import type { TenantConfig } from '../config/types.ts';
import type { AppContext } from '../runs/app-context.ts';
import { type TenantRun, type TenantWork, tryRun } from '../runs/tenant-run.ts';
import { afterRuns } from './after-runs.ts';

/** Runs each tenant once, up to `tenantsAtOnce` in parallel. A failure affects no other tenant. */
export async function runTenants(
  context: AppContext,
  tenants: readonly TenantConfig[],
  work: TenantWork,
): Promise<TenantRun[]> {
  const limit = pLimit(context.config.service.tenantsAtOnce);
  const runs = await Promise.all(
    tenants.map((tenant) => limit(() => tryRun(context, tenant, work))),
  );
  await afterRuns(context, runs, work.signal);
  return runs;
}
