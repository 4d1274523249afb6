import type { TenantConfig } from '../config/types.ts';
import { LeaseLost, RetryableError, StopRequested, UserError } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { logRun } from '../runs/log-run.ts';
import type { TenantRun } from '../runs/tenant-run.ts';
import { dueRunState } from './due-run-state.ts';
import type { DueRun, ScheduledTenant } from './schedule-state.ts';

/** Runs one tenant; never throws. */
export type RunTenant = (
  context: AppContext,
  options: { readonly tenant: TenantConfig; readonly signal: AbortSignal },
) => Promise<TenantRun>;

/**
 * - `ran`: this process ran it
 * - `done`: another run has done it since the due time
 * - `busy`: another run has the tenant's lock
 * - `broken`: a database failure or a bug prevented it
 * - `stopped`: a stop was requested before it was done
 * - `queued`: it waits for a worker in the shared queue
 */
export type DueRunEnd = ExecutedEnd | 'queued';

/** How a run ends in the process that executes it. */
export type ExecutedEnd = 'ran' | 'done' | 'busy' | 'broken' | 'stopped';

/** Sees to a due run; never throws. */
export type ExecuteDueRun = (
  context: AppContext,
  options: {
    readonly tenant: ScheduledTenant;
    readonly dueRun: DueRun;
    readonly signal: AbortSignal;
  },
) => Promise<DueRunEnd>;

/**
 * Executes one due run: checks that it is still open, runs the tenant, and checks again. The
 * database decides whether it is done, because another process may have taken over the tenant.
 * Never throws.
 */
export async function executeDueRun(
  context: AppContext,
  options: {
    readonly tenant: TenantConfig;
    readonly dueRun: DueRun;
    readonly run: RunTenant;
    readonly signal: AbortSignal;
  },
): Promise<ExecutedEnd> {
  const { log } = context;
  const { tenant, dueRun, run, signal } = options;
  const name = tenant.tenant;
  const key = { tenant: name, dueAt: dueRun.dueAt };
  const due = new Date(dueRun.dueAt).toISOString();
  try {
    const before = await dueRunState(context, key);
    if (before === 'done') log.debug('another run has done the due run', { tenant: name, due });
    if (before !== 'open') return before;
    log.info('run starts', { tenant: name, why: dueRun.why, due });
    const synced = await run(context, { tenant, signal });
    if (synced.report.outcome === 'busy') return signal.aborted ? 'stopped' : 'busy';
    logEnd(context, synced);
    if ((await dueRunState(context, key)) === 'done') return 'ran';
    return signal.aborted && synced.broken === undefined ? 'stopped' : 'broken';
  } catch (error) {
    logFailure(context, { tenant: name, error });
    return 'broken';
  }
}

/**
 * Puts a due run into the shared queue, unless another run has done it. `add` does nothing if it is
 * there already. Never throws.
 */
export async function queueDueRun(
  context: AppContext,
  options: {
    readonly tenant: ScheduledTenant;
    readonly dueRun: DueRun;
    readonly add: () => Promise<void>;
  },
): Promise<DueRunEnd> {
  const { tenant } = options.tenant;
  try {
    const { dueAt } = options.dueRun;
    if ((await dueRunState(context, { tenant, dueAt })) === 'done') return 'done';
    await options.add();
    return 'queued';
  } catch (error) {
    logFailure(context, { tenant, error });
    return 'broken';
  }
}

/** Also logs the error of a bug, because the report has too little about it. */
function logEnd(context: AppContext, { tenant, report, broken }: TenantRun): void {
  logRun(context.log, report);
  if (broken !== undefined && !isExplained(broken)) logFailure(context, { tenant, error: broken });
}

/** Logs that a due run was not done. `retryAt`: the next attempt, in epoch milliseconds. */
export function logRetry(
  { log }: AppContext,
  retry: {
    readonly tenant: string;
    readonly end: 'busy' | 'broken';
    readonly retryAt: number;
  },
): void {
  const { tenant, end } = retry;
  const fields = { tenant, retryAt: new Date(retry.retryAt).toISOString() };
  if (end === 'busy') log.warn('scheduled run skipped: another run has locked the tenant', fields);
  else log.warn('scheduled run not completed', fields);
}

/** Logs a failure of a due run, housekeeping or reload. The scheduler continues. */
export function logFailure(
  { log }: AppContext,
  failure: { readonly tenant?: string; readonly error: unknown },
): void {
  const { error, tenant } = failure;
  const fields = tenant === undefined ? {} : { tenant };
  if (error instanceof UserError) log.error(error.message, { ...fields, hint: error.hint });
  else if (isExplained(error)) log.error(String(error), fields);
  else log.error('this is a bug in sharetrail', { ...fields, err: error });
}

function isExplained(error: unknown): boolean {
  return [UserError, RetryableError, StopRequested, LeaseLost].some(
    (kind) => error instanceof kind,
  );
}
