import { randomUUID } from 'node:crypto';
import type { TenantConfig } from '../config/types.ts';
import { beginRun } from '../db/runs.ts';
import { commitBatch } from '../outbox/commit.ts';
import { countByState } from '../outbox/lists.ts';
import { type NewEvent, PRIORITY } from '../outbox/stored.ts';
import type { PushReport } from '../push/report.ts';
import type { Context } from './context.ts';
import { holdTenant } from './hold.ts';
import { localRejections, outcomeOf, pushErrors } from './outcome.ts';
import { type Pushing, startPushing } from './pushing.ts';
import type { ReadBatch } from './read.ts';
import type { RunKind, RunReport } from './report.ts';
import { finishRunOnce, openRun, type Progress, type Run } from './run.ts';
import { type Judgement, judgementOf, reportOf, Tally } from './tally.ts';

/** What every kind of run is asked with. */
export interface PassOptions {
  readonly tenant: TenantConfig;
  /** `hold`: queue only, so that what waits can be looked at first */
  readonly push: 'send' | 'hold';
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** What is read, which is where the kinds of run differ. */
export interface PassWork {
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
export async function runPass(
  context: Context,
  options: PassOptions,
  work: PassWork,
): Promise<RunReport> {
  const { tenant, signal, onProgress } = options;
  const { kind } = work;
  const startedAt = context.clock.now();
  const report = await holdTenant(context, { tenant: tenant.tenant, signal }, async (hold) => {
    const runId = randomUUID();
    await beginRun(context.db, { runId, tenant: tenant.tenant, kind, startedAt });
    const run = openRun(context, { kind, tenant, runId, startedAt, hold, onProgress });
    return finishRunOnce(run, () => carryOut(run, options, work));
  });
  return report ?? busy(context, { kind, tenant: tenant.tenant, startedAt });
}

async function carryOut(run: Run, options: PassOptions, work: PassWork): Promise<RunReport> {
  const pushing = options.push === 'send' ? await startPushing(run) : undefined;
  let nothingRead = false;
  try {
    nothingRead = await work.read(run, (batch) => commit(run, batch, pushing));
  } catch (error) {
    run.end(error);
    throw error;
  } finally {
    // Pushing ends before the lease is given back, however reading ended.
    await pushing?.settled();
  }
  return conclude(run, { pushed: await pushing?.finish(), nothingRead });
}

async function commit(run: Run, batch: ReadBatch, pushing: Pushing | undefined): Promise<void> {
  const { context, tenant, hold, tally, kind } = run;
  const now = context.clock.now();
  const made: Judgement[] = [];
  const created = noting(batch.created, made);
  const whole = { ...batch, created, tenant: tenant.tenant, priority: PRIORITIES[kind], now };
  await commitBatch(context.db, hold.lease, whole);
  tally.addCreated(made);
  tally.addReconsidered(batch.reconsidered);
  tally.addReplaced(batch.replaced);
  run.tell();
  pushing?.wake();
}

/** Keeps what the tally needs of each event; the event itself is forgotten once it is written. */
function* noting(events: Iterable<NewEvent>, made: Judgement[]): Generator<NewEvent> {
  for (const event of events) {
    made.push(judgementOf(event));
    yield event;
  }
}

async function conclude(
  run: Run,
  facts: { readonly pushed: PushReport | undefined; readonly nothingRead: boolean },
): Promise<RunReport> {
  const { context, tenant, tally, startedAt, kind } = run;
  const { pushed } = facts;
  tally.pushed = pushed;
  for (const error of localRejections(tally.rejectedLocally)) tally.addError(error);
  for (const error of pushed ? pushErrors(pushed) : []) tally.addError(error);
  const outcome = outcomeOf(tally, facts);
  const { pending } = await countByState(context.db, tenant.tenant);
  const finishedAt = context.clock.now();
  const { usage } = run.connections.salesforce;
  if (usage) context.log.debug('Salesforce API usage', { tenant: tenant.tenant, ...usage });
  const ended = { outcome, startedAt, finishedAt, pending };
  return reportOf(tally, { tenant: tenant.tenant, kind, ...ended });
}

async function busy(
  context: Context,
  run: { readonly kind: RunKind; readonly tenant: string; readonly startedAt: number },
): Promise<RunReport> {
  const { pending } = await countByState(context.db, run.tenant);
  const finishedAt = context.clock.now();
  return reportOf(new Tally(), { ...run, outcome: 'busy', finishedAt, pending });
}
