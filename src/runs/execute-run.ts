import { randomUUID } from 'node:crypto';
import type { TenantConfig } from '../config/types.ts';
import { readBindings } from '../db/bindings.ts';
import { durably } from '../db/durably.ts';
import type { RunKind, RunReport } from '../db/run-report.ts';
import { beginRun } from '../db/runs.ts';
import type { Database } from '../db/schema.ts';
import { commitBatch } from '../outbox/commit.ts';
import { countByState } from '../outbox/event-counts.ts';
import { type NewEvent, PRIORITY } from '../outbox/outbox-event.ts';
import type { PushReport } from '../push/report.ts';
import type { AccountChanged } from './account-changed.ts';
import type { AppContext } from './app-context.ts';
import { type DecisionRecord, decisionRecordOf, RunCounters } from './counters.ts';
import { forgottenPeopleOf } from './forgotten-people.ts';
import { localRejections, pushErrors } from './push-errors.ts';
import { type PushStage, startPushStage } from './push-stage.ts';
import type { ReadBatch } from './reading-context.ts';
import { outcomeOf, reportOf } from './report.ts';
import type { RunListener } from './run-events.ts';
import { openRun, type Run, recordRun } from './run-lifecycle.ts';
import { runError } from './stage-errors.ts';
import { withTenantLease } from './tenant-lease.ts';
import { findAccountChanges, recordAccounts } from './verify-accounts.ts';

/** What every kind of run requires. */
export interface RunOptions {
  readonly tenant: TenantConfig;
  /** `queue-only`: stop after queueing, so that pending events can be inspected first */
  readonly push: 'send' | 'queue-only';
  /**
   * Epoch milliseconds: from then on, backfilled events are left to later runs, so that days of
   * history do not delay a scheduled run; Infinity for a tenant without a schedule
   */
  readonly backfillUntil: number;
  readonly signal: AbortSignal;
  readonly listeners: readonly RunListener[];
}

/** What is read: this is where the kinds of run differ. */
export interface RunWork {
  readonly kind: RunKind;
  /** Passes what it reads to `take`, which commits it. Returns true if nothing could be read. */
  readonly read: (run: Run, take: (batch: ReadBatch) => Promise<void>) => Promise<boolean>;
}

const PRIORITIES: Readonly<Record<RunKind, number>> = {
  sync: PRIORITY.fresh,
  backfill: PRIORITY.backfill,
};

/**
 * Executes one run over one tenant:
 * 1. take the tenant's lease, and record that a run began;
 * 2. verify that the configuration leads to the accounts that the tenant is bound to;
 * 3. read, decide, and commit, by the stages of stages.ts;
 * 4. in parallel, push pending events;
 * 5. drain the push, and record how the run ended.
 *
 * Throws DatabaseReplaced, or RunBroken if the database failed later, or for a bug. Failures of
 * vendors are in the report.
 */
export async function executeRun(
  context: AppContext,
  options: RunOptions,
  work: RunWork,
): Promise<RunReport> {
  const { tenant, signal, listeners } = options;
  const { kind } = work;
  const name = tenant.tenant;
  const startedAt = context.clock.now();
  const runId = randomUUID();
  context.databaseFiles.requireUnchanged();
  const runContext = { ...context, log: context.log.child({ tenant: name, runId }) };
  const report = await withTenantLease(runContext, { tenant: name, signal }, async (lease) => {
    const bindings = await readBindings(context.db, name);
    const forgotten = await forgottenPeopleOf(context.db, name);
    await beginRun(context.db, { runId, tenant: name, kind, startedAt });
    const start = { kind, tenant, runId, startedAt, lease, bindings, forgotten, listeners };
    const run = openRun(runContext, start);
    return recordRun(run, () => carryOut(run, options, work));
  });
  return report ?? busy(context, { kind, tenant: name, startedAt });
}

async function carryOut(run: Run, options: RunOptions, work: RunWork): Promise<RunReport> {
  const { push, backfillUntil } = options;
  const changes = await findAccountChanges(run);
  if (changes.length > 0) return refuse(run, changes);
  await recordAccounts(run, run.lease.key);
  const pushing = push === 'send' ? await startPushStage(run, backfillUntil) : undefined;
  let nothingRead = false;
  try {
    nothingRead = await work.read(run, (batch) => commit(run, batch, pushing));
  } catch (error) {
    run.abort(error);
    throw error;
  } finally {
    // However reading ended, pushing ends before the lease is released.
    await pushing?.settled();
  }
  return conclude(run, { pushed: await pushing?.finish(), nothingRead });
}

/** Another account behind the same name: nothing is read or sent before an operator decides. */
function refuse(run: Run, changes: readonly AccountChanged[]): Promise<RunReport> {
  for (const change of changes) run.counters.addError(runError(change.vendor, change));
  return conclude(run, { pushed: undefined, nothingRead: true });
}

async function commit(run: Run, batch: ReadBatch, pushing: PushStage | undefined): Promise<void> {
  const { context, tenant, lease, counters, kind, emit } = run;
  const { reconsidered, replaced } = batch;
  const records: DecisionRecord[] = [];
  const write = (db: Database) =>
    commitBatch(db, lease.key, {
      ...batch,
      created: { [Symbol.iterator]: () => recorded(batch.created, records) },
      tenant: tenant.tenant,
      priority: PRIORITIES[kind],
      now: context.clock.now(),
    });
  // After a power cut, a share that Gong has and the database lost could be reported a second time:
  // read again, it can come from the other detector, with another identity.
  const hasEvents = batch.sharesRead > 0 || reconsidered.length > 0;
  await (hasEvents ? durably(context.db, write) : write(context.db));
  // A synchronized commit includes all earlier ones.
  run.unsynced.baseline = !hasEvents && (run.unsynced.baseline || batch.recordsBaseline === true);
  // Not before: what is sent must be on record.
  context.databaseFiles.requireUnchanged();
  counters.addCreated(records);
  counters.addReconsidered(batch);
  counters.addReplaced(replaced);
  emit?.({ kind: 'page committed', created: records.length, reconsidered: reconsidered.length });
  pushing?.wake();
}

/**
 * Keeps what the counters need of each event; the event itself is released once it is written. Begins
 * again with each attempt of the transaction.
 */
function* recorded(events: Iterable<NewEvent>, records: DecisionRecord[]): Generator<NewEvent> {
  records.length = 0;
  for (const event of events) {
    records.push(decisionRecordOf(event));
    yield event;
  }
}

async function conclude(
  run: Run,
  facts: { readonly pushed: PushReport | undefined; readonly nothingRead: boolean },
): Promise<RunReport> {
  const { context, tenant, runId, counters, startedAt, kind, connections } = run;
  const { pushed } = facts;
  counters.pushed = pushed;
  for (const error of localRejections(counters.rejectedLocally)) counters.addError(error);
  for (const error of pushed ? pushErrors(pushed) : []) counters.addError(error);
  const outcome = outcomeOf(counters, facts);
  const { pending } = await countByState(context.db, tenant.tenant);
  const finishedAt = context.clock.now();
  const { usage } = connections.salesforce;
  if (usage) context.log.debug('Salesforce API usage', { stage: 'salesforce', ...usage });
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
