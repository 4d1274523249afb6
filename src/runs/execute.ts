import { randomUUID } from 'node:crypto';
import type { TenantConfig } from '../config/types.ts';
import type { RunKind, RunReport } from '../db/run-report.ts';
import { beginRun } from '../db/runs.ts';
import { commitBatch } from '../outbox/commit.ts';
import { type NewEvent, PRIORITY } from '../outbox/event-types.ts';
import { countByState } from '../outbox/queries.ts';
import type { PushReport } from '../push/report.ts';
import type { AppContext } from './context.ts';
import { type DecisionRecord, decisionRecordOf, RunCounters } from './counters.ts';
import { localRejections, outcomeOf, pushErrors } from './outcome.ts';
import { type PushStage, startPushStage } from './push-stage.ts';
import type { ReadBatch } from './read-source.ts';
import { reportOf } from './report.ts';
import { finishRunOnce, openRun, type Progress, type Run } from './run.ts';
import { withTenantLease } from './tenant-lease.ts';

/** What every kind of run is asked with. */
export interface RunOptions {
  readonly tenant: TenantConfig;
  /** `queue-only`: stop after queueing, so that what waits can be looked at first */
  readonly push: 'send' | 'queue-only';
  /**
   * Epoch milliseconds: from then on history is left to later runs, so that days of it keep no
   * scheduled run from reading what is new; Infinity for a tenant without a schedule
   */
  readonly historyUntil: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** What is read, which is where the kinds of run differ. */
export interface RunWork {
  readonly kind: RunKind;
  /** Commits what it reads by `take`; true where nothing could be read at all. */
  readonly read: (run: Run, take: (batch: ReadBatch) => Promise<void>) => Promise<boolean>;
}

const PRIORITIES: Readonly<Record<RunKind, number>> = {
  sync: PRIORITY.fresh,
  backfill: PRIORITY.backfill,
};

/**
 * One run over one tenant:
 * 1. take the tenant's lease, and write down that a run began;
 * 2. read, judge and commit;
 * 3. beside it, from the first commit on, push what is pending;
 * 4. let pushing drain, write down how it ended.
 *
 * Throws RunBroken where the database failed, or for a bug; vendors' failures are in the report.
 */
export async function executeRun(
  context: AppContext,
  options: RunOptions,
  work: RunWork,
): Promise<RunReport> {
  const { tenant, signal, onProgress } = options;
  const { kind } = work;
  const startedAt = context.clock.now();
  const report = await withTenantLease(
    context,
    { tenant: tenant.tenant, signal },
    async (lease) => {
      const runId = randomUUID();
      await beginRun(context.db, { runId, tenant: tenant.tenant, kind, startedAt });
      const run = openRun(context, { kind, tenant, runId, startedAt, lease, onProgress });
      return finishRunOnce(run, () => carryOut(run, options, work));
    },
  );
  return report ?? busy(context, { kind, tenant: tenant.tenant, startedAt });
}

async function carryOut(run: Run, options: RunOptions, work: RunWork): Promise<RunReport> {
  const { push, historyUntil } = options;
  const pushing = push === 'send' ? await startPushStage(run, historyUntil) : undefined;
  let nothingRead = false;
  try {
    nothingRead = await work.read(run, (batch) => commit(run, batch, pushing));
  } catch (error) {
    run.abort(error);
    throw error;
  } finally {
    // Pushing ends before the lease is given back, however reading ended.
    await pushing?.settled();
  }
  return conclude(run, { pushed: await pushing?.finish(), nothingRead });
}

async function commit(run: Run, batch: ReadBatch, pushing: PushStage | undefined): Promise<void> {
  const { context, tenant, lease, counters, kind } = run;
  const now = context.clock.now();
  const made: DecisionRecord[] = [];
  const created = noting(batch.created, made);
  const whole = { ...batch, created, tenant: tenant.tenant, priority: PRIORITIES[kind], now };
  await commitBatch(context.db, lease.key, whole);
  counters.addCreated(made);
  counters.addReconsidered(batch.reconsidered);
  counters.addReplaced(batch.replaced);
  run.reportProgress();
  pushing?.wake();
}

/** Keeps what the counters needs of each event; the event itself is forgotten once it is written. */
function* noting(events: Iterable<NewEvent>, made: DecisionRecord[]): Generator<NewEvent> {
  for (const event of events) {
    made.push(decisionRecordOf(event));
    yield event;
  }
}

async function conclude(
  run: Run,
  facts: { readonly pushed: PushReport | undefined; readonly nothingRead: boolean },
): Promise<RunReport> {
  const { context, tenant, runId, counters, startedAt, kind } = run;
  const { pushed } = facts;
  counters.pushed = pushed;
  for (const error of localRejections(counters.rejectedLocally)) counters.addError(error);
  for (const error of pushed ? pushErrors(pushed) : []) counters.addError(error);
  const outcome = outcomeOf(counters, facts);
  const { pending } = await countByState(context.db, tenant.tenant);
  const finishedAt = context.clock.now();
  const { usage } = run.connections.salesforce;
  if (usage) context.log.debug('Salesforce API usage', { tenant: tenant.tenant, ...usage });
  const ended = { outcome, startedAt, finishedAt, pending };
  return reportOf(counters, { runId, tenant: tenant.tenant, kind, ...ended });
}

async function busy(
  context: AppContext,
  run: { readonly kind: RunKind; readonly tenant: string; readonly startedAt: number },
): Promise<RunReport> {
  const { pending } = await countByState(context.db, run.tenant);
  const finishedAt = context.clock.now();
  return reportOf(new RunCounters(), { ...run, outcome: 'busy', finishedAt, pending });
}
