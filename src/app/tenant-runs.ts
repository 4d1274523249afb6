import pLimit from 'p-limit';
import type { TenantConfig } from '../config/types.ts';
import type { Context } from './context.ts';
import { runError } from './failures.ts';
import { afterRuns } from './housekeeping.ts';
import type { RunKind, RunReport } from './report.ts';
import { RunBroken } from './run.ts';
import { reportOf, Tally } from './tally.ts';

/** How one tenant's run ended. `broken`: the database, or a bug, ended that run by force. */
export interface TenantRun {
  readonly tenant: string;
  readonly report: RunReport;
  readonly broken?: unknown;
}

/** What is done for each tenant; throws RunBroken, or whatever kept it from beginning. */
export interface TenantWork {
  readonly kind: RunKind;
  readonly signal: AbortSignal;
  readonly run: (tenant: TenantConfig) => Promise<RunReport>;
}

/** One run for each tenant, `tenantsAtOnce` side by side; one's failure changes nothing for another. */
export async function runTenants(
  context: Context,
  tenants: readonly TenantConfig[],
  work: TenantWork,
): Promise<TenantRun[]> {
  const limit = pLimit(context.config.service.tenantsAtOnce);
  const runs = await Promise.all(
    tenants.map((tenant) => limit(() => runTenant(context, tenant, work))),
  );
  await afterRuns(context, runs, work.signal);
  return runs;
}

/** One tenant's run, whoever started it. Never throws: what ended it by force is in `broken`. */
export async function runTenant(
  context: Context,
  config: TenantConfig,
  work: TenantWork,
): Promise<TenantRun> {
  const { tenant } = config;
  const startedAt = context.clock.now();
  try {
    return { tenant, report: await work.run(config) };
  } catch (error) {
    if (error instanceof RunBroken) return { tenant, report: error.report, broken: error.cause };
    const report = neverBegun(context, { tenant, kind: work.kind, startedAt, error });
    return { tenant, report, broken: error };
  }
}

/** The tenant could not even be held: nothing was done for it. */
function neverBegun(
  context: Context,
  run: {
    readonly tenant: string;
    readonly kind: RunKind;
    readonly startedAt: number;
    readonly error: unknown;
  },
): RunReport {
  const { error, ...begun } = run;
  const tally = new Tally();
  tally.addError(runError('run', error));
  const finishedAt = context.clock.now();
  return reportOf(tally, { ...begun, outcome: 'failed', finishedAt, pending: 0 });
}
