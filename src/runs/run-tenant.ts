import type { TenantConfig } from '../config/types.ts';
import type { RunKind, RunReport } from '../db/run-report.ts';
import type { AppContext } from './context.ts';
import { RunCounters } from './counters.ts';
import { reportOf } from './report.ts';
import { RunBroken } from './run.ts';
import { runError } from './stage-errors.ts';

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

/** One tenant's run, whoever started it. Never throws: what ended it by force is in `broken`. */
export async function runTenant(
  context: AppContext,
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
  context: AppContext,
  run: {
    readonly tenant: string;
    readonly kind: RunKind;
    readonly startedAt: number;
    readonly error: unknown;
  },
): RunReport {
  const { error, ...begun } = run;
  const counters = new RunCounters();
  counters.addError(runError('run', error));
  const finishedAt = context.clock.now();
  return reportOf(counters, { ...begun, outcome: 'failed', finishedAt, pending: 0 });
}
