import { randomUUID } from 'node:crypto';
import type { TenantConfig } from '../config/types.ts';
import { beginRun } from '../db/runs.ts';
import { commitBatch } from '../outbox/commit.ts';
import { countByState } from '../outbox/lists.ts';
import { type NewEvent, PRIORITY } from '../outbox/stored.ts';
import type { PushReport } from '../push/report.ts';
import { salesforceSource } from './connections.ts';
import type { Context } from './context.ts';
import { driveKnowledge, readDrive } from './drive.ts';
import { holdTenant } from './hold.ts';
import { rulesOf } from './judge.ts';
import { localRejections, outcomeOf, pushErrors } from './outcome.ts';
import type { Pushing } from './pushing.ts';
import { startPushing } from './pushing.ts';
import { type ReadBatch, readSource, reconsiderHeld } from './read.ts';
import type { RunReport } from './report.ts';
import { finishRunOnce, openRun, type Progress, type Run } from './run.ts';
import { tryStage } from './stages.ts';
import { startOf } from './start.ts';
import { type Judgement, judgementOf, reportOf, Tally } from './tally.ts';

export interface SyncOptions {
  readonly tenant: TenantConfig;
  /** `all`: each source whole again, compared with what is on record */
  readonly reach: 'new' | 'all';
  /** `hold`: queue only, so that what waits can be looked at first */
  readonly push: 'send' | 'hold';
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * One `sync` of one tenant:
 * 1. take the tenant's lease, and write down that a run began;
 * 2. read each source page by page, look its people up, judge, commit with the cursor;
 * 3. beside it, from the first commit on, push what is pending;
 * 4. look again at what was held, let pushing drain, write down how it ended.
 *
 * Throws RunBroken where the database failed, or for a bug; vendors' failures are in the report.
 */
export async function runSync(context: Context, options: SyncOptions): Promise<RunReport> {
  const { tenant, signal } = options;
  const startedAt = context.clock.now();
  const report = await holdTenant(context, { tenant: tenant.tenant, signal }, async (hold) => {
    const runId = randomUUID();
    await beginRun(context.db, { runId, tenant: tenant.tenant, kind: 'sync', startedAt });
    const run = openRun(context, {
      tenant,
      runId,
      startedAt,
      hold,
      onProgress: options.onProgress,
    });
    return finishRunOnce(run, () => carryOut(run, options));
  });
  return report ?? busy(context, tenant, startedAt);
}

async function carryOut(run: Run, options: SyncOptions): Promise<RunReport> {
  const pushing = options.push === 'send' ? startPushing(run) : undefined;
  let nothingRead = false;
  try {
    nothingRead = await readAll(run, options, pushing);
  } catch (error) {
    run.end(error);
    throw error;
  } finally {
    // Pushing ends before the lease is given back, however reading ended.
    await pushing?.settled();
  }
  return conclude(run, { pushed: await pushing?.finish(), nothingRead });
}

/** True where no source could be read at all. */
async function readAll(
  run: Run,
  options: SyncOptions,
  pushing: Pushing | undefined,
): Promise<boolean> {
  const { context, tenant, connections, tally, signal } = run;
  const start = await startOf(run);
  const { reach } = options;
  const sources = salesforceSource(connections.salesforce, { tenant, start, reach });
  let pages = 0;
  let failed = 0;
  const take = async (batch: ReadBatch) => {
    await commit(run, batch);
    pages += 1;
    pushing?.wake();
  };
  const rules = rulesOf(tenant, start);
  const { db, clock } = context;
  const crm = connections.salesforce;
  const reading = { db, clock, tenant, rules, runStartedAt: run.startedAt, crm, signal, take };
  for (const source of sources) {
    if (!(await tryStage(tally, () => readSource(reading, source)))) failed += 1;
  }
  const drive = await readDrive(reading, { context, tally, start, reach, record: db });
  if (drive.outcome === 'failed') failed += 1;
  await tryStage(tally, () => reconsiderHeld(reading, driveKnowledge(tenant, drive)));
  const configured = sources.length + (tenant.googleDrive ? 1 : 0);
  return failed > 0 && failed === configured && pages === 0;
}

async function commit(run: Run, batch: ReadBatch): Promise<void> {
  const { context, tenant, hold, tally } = run;
  const now = context.clock.now();
  const priority = PRIORITY.fresh;
  const made: Judgement[] = [];
  const created = noting(batch.created, made);
  const whole = { ...batch, created, tenant: tenant.tenant, priority, now };
  await commitBatch(context.db, hold.lease, whole);
  tally.addCreated(made);
  tally.addReconsidered(batch.reconsidered);
  tally.addReplaced(batch.replaced);
  run.onProgress({ found: tally.foundInAll, queued: tally.queued, settled: tally.settled });
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
  const { context, tenant, tally, startedAt } = run;
  const { pushed } = facts;
  tally.pushed = pushed;
  for (const error of localRejections(tally.rejectedLocally)) tally.addError(error);
  for (const error of pushed ? pushErrors(pushed) : []) tally.addError(error);
  const outcome = outcomeOf(tally, facts);
  const { pending } = await countByState(context.db, tenant.tenant);
  const finishedAt = context.clock.now();
  const { usage } = run.connections.salesforce;
  if (usage) context.log.debug('Salesforce API usage', { tenant: tenant.tenant, ...usage });
  return reportOf(tally, {
    tenant: tenant.tenant,
    kind: 'sync',
    outcome,
    startedAt,
    finishedAt,
    pending,
  });
}

async function busy(
  context: Context,
  { tenant }: TenantConfig,
  startedAt: number,
): Promise<RunReport> {
  const { pending } = await countByState(context.db, tenant);
  const times = { startedAt, finishedAt: context.clock.now() };
  return reportOf(new Tally(), {
    tenant,
    kind: 'sync',
    outcome: 'busy',
    ...times,
    pending,
  });
}
