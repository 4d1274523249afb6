import type { TenantConfig } from '../config/types.ts';
import type { RunError, Vendor } from '../db/run-report.ts';
import type { Database } from '../db/schema.ts';
import type { ContentShared } from '../event/contract.ts';
import type { NewEvent } from '../outbox/event-types.ts';
import { pagesInState } from '../outbox/paginate.ts';
import { BATCH_LIMITS } from '../sources/limits.ts';
import type { ApiUsage } from '../vendors/salesforce/client.ts';
import { type BackfillWindow, deliveryWindow, sourcesAsked } from './backfill-window.ts';
import { callsForBackfill } from './call-reserve.ts';
import { type Connections, connect, salesforceSource } from './connections.ts';
import type { AppContext } from './context.ts';
import { decisionRecordOf, RunCounters } from './counters.ts';
import { rulesOf } from './decide.ts';
import { type DriveReading, driveKnowledge, readDrive, readDriveHistory } from './drive-stage.ts';
import { openDryRunDatabase } from './dry-run-database.ts';
import { localRejections } from './outcome.ts';
import {
  type ReadBatch,
  type ReadContext,
  readSource,
  reconsiderHeld,
  reopenBeforeStart,
} from './read-source.ts';
import { firstStart, keptStart } from './start-time.ts';
import { tryStage } from './try-stage.ts';

export interface DryRunOptions {
  readonly tenant: TenantConfig;
  readonly signal: AbortSignal;
  /** Takes each body as it becomes known; awaited, so that a slow reader slows the run. */
  readonly show: (body: ContentShared) => Promise<void>;
}

/** What a run would do now, and what finding out has cost. */
export interface DryRunReport {
  readonly tenant: string;
  readonly found: number;
  readonly wouldSend: number;
  /** what a day has for it: Gong's calls; of history, but for those that the nights need */
  readonly callsPerDay: number;
  readonly wouldHold: number;
  readonly wouldSkip: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<Vendor, number>>;
  /** the org's own count over 24 hours, all integrations together */
  readonly salesforceUsage?: ApiUsage;
  readonly errors: readonly RunError[];
}

/** A dry run under way: the parts that its readings share. */
interface DryRun {
  readonly context: AppContext;
  readonly options: DryRunOptions;
  readonly counters: RunCounters;
  readonly connections: Connections;
  /** events that would be sent */
  sent: number;
}

/**
 * Reads and judges as `sync` does and writes nothing anywhere: what already waits is shown first,
 * in the order of sending, then what reading adds.
 */
export async function dryRun(
  context: AppContext,
  options: DryRunOptions & { readonly reach: 'new' | 'all' },
): Promise<DryRunReport> {
  const { db, clock } = context;
  const { tenant, reach } = options;
  const run = openDryRun(context, options);
  const { counters } = run;
  await showPending(run);
  const start = tenant.start ?? (await keptStart(db, tenant.tenant)) ?? firstStart(clock.now());
  const sources = salesforceSource(run.connections.salesforce, { tenant, start, reach });
  const reading = readingOf(run, start);
  for (const source of sources) await tryStage(counters, () => readSource(reading, source));
  const drive = await withScratch<DriveReading>(reading, { outcome: 'none' }, (scratch, record) =>
    readDrive(scratch, { context, counters, record, start, reach }),
  );
  await tryStage(counters, () => reconsiderHeld(reading, driveKnowledge(tenant, drive)));
  return reportOfDryRun(run, tenant.gong.callsPerDay);
}

/** The same for a `backfill`: the events that its window would add. */
export async function dryBackfill(
  context: AppContext,
  options: DryRunOptions & { readonly window: BackfillWindow },
): Promise<DryRunReport> {
  const { tenant, window } = options;
  const sources = sourcesAsked(tenant, window);
  const run = openDryRun(context, options);
  const { counters } = run;
  const reading = readingOf(run, undefined);
  if (sources.includes('salesforce')) {
    const now = context.clock.now();
    const onTotal = () => {};
    const source = deliveryWindow(run.connections.salesforce, { tenant, window, now, onTotal });
    await tryStage(counters, async () => {
      await reopenBeforeStart(reading, { ...window, source: 'salesforce' });
      await readSource(reading, source);
    });
  }
  if (sources.includes('google-drive')) {
    await tryStage(counters, () =>
      withScratch(reading, undefined, (scratch, record) =>
        readDriveHistory(scratch, { context, counters, record, window }),
      ),
    );
  }
  return reportOfDryRun(run, await callsForBackfill(context, tenant));
}

function openDryRun(context: AppContext, options: DryRunOptions): DryRun {
  const { tenant, signal } = options;
  const counters = new RunCounters();
  return {
    context,
    options,
    counters,
    connections: connect(context, { tenant, counters, signal }),
    sent: 0,
  };
}

/** `start`: epoch milliseconds; undefined for history, of which nothing is too old. */
function readingOf(run: DryRun, start: number | undefined): ReadContext {
  const { context, options, counters, connections } = run;
  const { db, clock } = context;
  const { tenant, signal } = options;
  // Nothing is written, so an event that moved is met again: in its state's pages, or its source's.
  const moved = new Set<string>();
  const take = async ({ created, reconsidered: all, replaced }: ReadBatch) => {
    const reconsidered = all.filter(({ eventId }) => !moved.has(eventId));
    for (const { eventId } of reconsidered) moved.add(eventId);
    for (const eventId of replaced) moved.add(eventId);
    counters.addReplaced(replaced);
    counters.addReconsidered(reconsidered);
    for (const event of created) {
      counters.addCreated([decisionRecordOf(event)]);
      await showIfPending(run, event);
    }
    for (const event of reconsidered) await showIfPending(run, event);
  };
  const rules = rulesOf(tenant, start);
  const crm = connections.salesforce;
  return { db, clock, tenant, rules, runStartedAt: clock.now(), crm, signal, take };
}

async function showIfPending(run: DryRun, { state, body }: NewEvent): Promise<void> {
  if (state !== 'pending' || !body) return;
  await run.options.show(body);
  run.sent += 1;
}

/** Drive is read as by a real run, writing into a copy of what is known of it. */
async function withScratch<T>(
  reading: ReadContext,
  without: T,
  read: (reading: ReadContext, record: Database) => Promise<T>,
): Promise<T> {
  const { tenant, db } = reading;
  if (tenant.googleDrive === undefined) return without;
  const scratch = await openDryRunDatabase(db, tenant.tenant);
  const take = async (batch: ReadBatch) => {
    await scratch.keep(batch);
    await reading.take(batch);
  };
  try {
    return await read({ ...reading, take }, scratch.db);
  } finally {
    await scratch.close();
  }
}

function reportOfDryRun(run: DryRun, callsPerDay: number): DryRunReport {
  const { options, counters, sent, connections } = run;
  for (const error of localRejections(counters.rejectedLocally)) counters.addError(error);
  const { usage } = connections.salesforce;
  return {
    tenant: options.tenant.tenant,
    found: counters.foundInAll,
    wouldSend: sent,
    callsPerDay,
    wouldHold: counters.held,
    wouldSkip: counters.skipped,
    calls: counters.calls,
    ...(usage && { salesforceUsage: usage }),
    errors: counters.errors,
  };
}

async function showPending(run: DryRun): Promise<void> {
  const { context, options } = run;
  const { tenant } = options.tenant;
  const size = BATCH_LIMITS.sharesPerBatchMax;
  for await (const events of pagesInState(context.db, { tenant, state: 'pending', size })) {
    for (const { body } of events) {
      if (!body) continue;
      await options.show(body);
      run.sent += 1;
    }
  }
}
