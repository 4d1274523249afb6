import type { TenantConfig } from '../config/types.ts';
import { LeaseLost } from '../db/leases.ts';
import { RetryableError, StopRequested, UserError } from '../lib/errors.ts';
import type { AppContext } from '../runs/context.ts';
import { logRun } from '../runs/log-run.ts';
import type { TenantRun } from '../runs/run-tenant.ts';
import { dueRunState } from './due-run-state.ts';
import type { DueRun } from './schedule-state.ts';

/** Runs one tenant; never throws. */
export type RunTenant = (
  context: AppContext,
  options: { readonly tenant: TenantConfig; readonly signal: AbortSignal },
) => Promise<TenantRun>;

/**
 * - `ran`: by a run of its own
 * - `served`: by another run since the time was due
 * - `held`: another run is at work on the tenant
 * - `broken`: the database, or a bug, kept it from being served
 * - `stopped`: this process was asked to stop before it was served
 */
export type DueRunEnd = 'ran' | 'served' | 'held' | 'broken' | 'stopped';

/**
 * Serves one turn: looks whether it still is to be served, runs the tenant, and looks again. What
 * the database says counts, not what this process thinks it did: another one may have taken the
 * tenant over. Never throws.
 */
export async function executeDueRun(
  context: AppContext,
  options: {
    readonly tenant: TenantConfig;
    readonly turn: DueRun;
    readonly run: RunTenant;
    readonly signal: AbortSignal;
  },
): Promise<DueRunEnd> {
  const { log } = context;
  const { tenant, turn, run, signal } = options;
  const name = tenant.tenant;
  const key = { tenant: name, dueAt: turn.dueAt };
  const due = new Date(turn.dueAt).toISOString();
  try {
    const before = await dueRunState(context, key);
    if (before === 'served') log.debug('another run has served the turn', { tenant: name, due });
    if (before !== 'open') return before;
    log.info('run starts', { tenant: name, why: turn.why, due });
    const synced = await run(context, { tenant, signal });
    if (synced.report.outcome === 'busy') return signal.aborted ? 'stopped' : 'held';
    logEnd(context, synced);
    if ((await dueRunState(context, key)) === 'served') return 'ran';
    return signal.aborted && synced.broken === undefined ? 'stopped' : 'broken';
  } catch (error) {
    logFailure(context, { tenant: name, error });
    return 'broken';
  }
}

/** The report tells what went wrong, but of a bug it tells too little. */
function logEnd(context: AppContext, { tenant, report, broken }: TenantRun): void {
  logRun(context.log, report);
  if (broken !== undefined && !isExplained(broken)) logFailure(context, { tenant, error: broken });
}

/** What kept a turn, or what belongs to it, from being done; the scheduler goes on. */
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
