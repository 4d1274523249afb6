import type { TenantConfig } from '../config/types.ts';
import type { RunKind, RunReport } from '../db/run-report.ts';
import type { AppContext } from './app-context.ts';
import { RunCounters } from './counters.ts';
import { failureOf, reportOf } from './report.ts';
import { RunBroken } from './run-lifecycle.ts';
import { runError } from './stage-errors.ts';

/** How one tenant's run ended. `broken`: the database failure or bug that ended it. */
export interface TenantRun {
  readonly tenant: string;
  readonly report: RunReport;
  readonly broken?: unknown;
}

/** What to run for each tenant. Throws RunBroken, or the error that prevented the run. */
export interface TenantWork {
  readonly kind: RunKind;
  readonly signal: AbortSignal;
  readonly run: (tenant: TenantConfig) => Promise<RunReport>;
}

/** Runs one tenant. Never throws: a database failure or bug is in `broken`. */
export async function tryRun(
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
    const report = notBegun(context, { tenant, kind: work.kind, startedAt, error });
    return { tenant, report, broken: error };
  }
}

/** The run could not take the tenant's lease, so nothing was done. */
function notBegun(
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
  return reportOf(counters, { ...begun, outcome: failureOf(counters), finishedAt, pending: 0 });
}
