import type { TenantConfig } from '../../config/types.ts';
import { SliceOver } from '../../lib/errors.ts';
import { QUEUE_LIMITS } from '../../queue/limits.ts';
import { type TakenRunEnd, UNKNOWN_TENANT } from '../../queue/queue-worker.ts';
import {
  type DueEnd,
  endOfDue,
  endOfSlice,
  isLoggedAttempt,
  type SliceEnd,
} from '../../queue/queued-run-ends.ts';
import type { DueEntry, QueuedRun } from '../../queue/run-queue.ts';
import type { AppContext } from '../../runs/app-context.ts';
import { hasHistoryLeft } from '../../runs/history.ts';
import type { TenantRun } from '../../runs/tenant-run.ts';
import { executeDueRun, logFailure, logRetry } from '../../scheduler/due-run.ts';
import { SCHEDULE_LIMITS } from '../../scheduler/limits.ts';
import { nextDueOf } from '../../scheduler/schedule-state.ts';
import { indexForSearch } from '../../service/index-for-search.ts';
import { INDEXING_LIMITS } from '../../service/limits.ts';
import { executeSlice, executeSync } from './execute-run.ts';
import type { ServiceTools } from './runner.ts';

/** What executing a run from the queue needs besides the service's tools. */
export interface QueuedRunTools extends ServiceTools {
  /** the configuration in effect */
  readonly inEffect: () => { context: AppContext; tenants: readonly TenantConfig[] };
  /** Queues the next slice of the tenant's history. Throws DatabaseError. */
  readonly addHistory: (tenant: string) => Promise<void>;
}

/** Executes a run from the queue, and says what happens to its entry. Never throws. */
export async function executeQueued(tools: QueuedRunTools, entry: QueuedRun): Promise<TakenRunEnd> {
  const { context, tenants } = tools.inEffect();
  const tenant = tenants.find((each) => each.tenant === entry.tenant);
  if (tenant === undefined) {
    const { tenant: name } = entry;
    context.log.info('no configuration of the tenant here: its runs are left to others', {
      tenant: name,
    });
    return UNKNOWN_TENANT;
  }
  return entry.kind === 'due'
    ? endDue(context, entry, await executeDue(tools, context, { tenant, entry }))
    : endOfSlice(entry, await executeHistory(tools, context, tenant));
}

/** Also says when a run that was not done is tried again, but not every five seconds. */
function endDue(context: AppContext, entry: DueEntry, end: DueEnd): TakenRunEnd {
  const taken = endOfDue(entry, end, SCHEDULE_LIMITS);
  if (end === 'busy' && !isLoggedAttempt(entry)) return taken;
  if (taken.kind === 'put back' && (end === 'busy' || end === 'broken')) {
    const retryAt = context.clock.now() + taken.delayMs;
    logRetry(context, { tenant: entry.tenant, end, retryAt });
  }
  return taken;
}

async function executeDue(
  tools: QueuedRunTools,
  context: AppContext,
  { tenant, entry }: { readonly tenant: TenantConfig; readonly entry: DueEntry },
) {
  const { signal } = tools;
  const { dueAt, why, failures } = entry;
  const end = await executeDueRun(context, {
    tenant,
    dueRun: { dueAt, why, failures, notBefore: dueAt, waitingSince: dueAt },
    signal,
    // History runs in slices of its own, which wait behind the due runs of all tenants.
    run: (current) =>
      executeSync(tools, current, { tenant, signal, backfillUntil: current.clock.now() }),
  });
  if (end === 'ran') await afterRun(tools, context, tenant);
  return end;
}

/** What failed here is done after the next run, or by the process that has the duties. */
async function afterRun(
  { addHistory, signal }: QueuedRunTools,
  context: AppContext,
  tenant: TenantConfig,
): Promise<void> {
  try {
    if (await hasHistoryLeft(context, tenant)) await addHistory(tenant.tenant);
    await indexForSearch(context, { forMs: INDEXING_LIMITS.serviceMsMax, signal });
  } catch (error) {
    logFailure(context, { tenant: tenant.tenant, error });
  }
}

async function executeHistory(
  tools: QueuedRunTools,
  context: AppContext,
  tenant: TenantConfig,
): Promise<SliceEnd> {
  const { clock } = context;
  try {
    if (!(await hasHistoryLeft(context, tenant))) return 'complete';
    const now = clock.now();
    const until = Math.min(now + QUEUE_LIMITS.sliceMs, nextDueOf(tenant, now));
    using slice = startSlice(tools, context, until);
    const { signal } = slice;
    const run = await executeSlice(tools, context, { tenant, signal, backfillUntil: until });
    if (tools.signal.aborted) return 'stopped';
    if (run.report.outcome === 'busy') return 'busy';
    if (!(await hasHistoryLeft(context, tenant))) return 'complete';
    return clock.now() >= until || hasDoneWork(run) ? 'progress' : 'idle';
  } catch (error) {
    logFailure(context, { tenant: tenant.tenant, error });
    return 'idle';
  }
}

/** A signal that also ends the run at the end of its slice. */
function startSlice({ signal }: ServiceTools, { clock }: AppContext, until: number) {
  const end = new AbortController();
  const over = new AbortController();
  // Sending ends in time by itself; what is still read then is interrupted.
  const ms = until - clock.now() + QUEUE_LIMITS.sliceGraceMs;
  void clock.sleep(ms, over.signal).then(
    () => end.abort(new SliceOver()),
    () => {},
  );
  return {
    signal: AbortSignal.any([signal, end.signal]),
    [Symbol.dispose]: () => over.abort(),
  };
}

/** Otherwise the next slice waits: for the calls of another day, or for the end of a failure. */
function hasDoneWork({ report, broken }: TenantRun): boolean {
  const { outcome, queued, held, delivered, duplicates, rejected } = report;
  if (broken !== undefined || outcome !== 'ok') return false;
  return queued + held + delivered + duplicates + rejected > 0;
}
