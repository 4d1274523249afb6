import { randomUUID } from 'node:crypto';
import type { TenantConfig } from '../config/types.ts';
import { readBindings } from '../db/bindings.ts';
import type { RunError, RunKind, Vendor } from '../db/run-report.ts';
import type { NewEvent } from '../outbox/outbox-event.ts';
import { pagesInState } from '../outbox/pages-in-state.ts';
import { BATCH_LIMITS } from '../sources/limits.ts';
import type { ApiUsage } from '../vendors/salesforce/api-usage.ts';
import type { AppContext } from './app-context.ts';
import type { BackfillWindow } from './backfill-window.ts';
import { decisionRecordOf, hasMoved, RunCounters } from './counters.ts';
import { DryRunDatabase } from './dry-run-database.ts';
import { forgottenPeopleOf } from './forgotten-people.ts';
import { callsForBackfill } from './gong-call-reserve.ts';
import { localRejections } from './push-errors.ts';
import type { ReadBatch, ReadOptions, SyncScope } from './reading-context.ts';
import { emitterOf, type RunListener } from './run-events.ts';
import type { ReadingRun } from './run-lifecycle.ts';
import { runError } from './stage-errors.ts';
import { readNew, readWindow } from './stages.ts';
import { findStart } from './start-time.ts';
import { connect } from './vendor-clients.ts';
import { findAccountChanges } from './verify-accounts.ts';

export interface DryRunOptions {
  readonly tenant: TenantConfig;
  readonly signal: AbortSignal;
  readonly plan: DryRunPlan;
  readonly listeners: readonly RunListener[];
}

/** Receives what a run would do with each share; awaited, so that a slow reader slows the run. */
export interface DryRunPlan {
  readonly add: (event: NewEvent) => Promise<void>;
  /** Others replace events that were added before. */
  readonly drop: (eventIds: readonly string[]) => void;
}

/** What a run would do now, and what finding out has cost. */
export interface DryRunReport {
  readonly tenant: string;
  readonly found: number;
  readonly wouldSend: number;
  /** Gong calls per day for this; for a backfill, those that nightly runs need are not included */
  readonly callsPerDay: number;
  readonly wouldHold: number;
  readonly wouldSkip: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<Vendor, number>>;
  /** the org's own count over 24 hours, for all integrations together */
  readonly salesforceUsage?: ApiUsage;
  readonly errors: readonly RunError[];
  /** see RunReport.notes */
  readonly notes: readonly string[];
}

interface DryRun extends ReadingRun {
  readonly plan: DryRunPlan;
  /** events that would be sent */
  sent: number;
}

/**
 * Reads and decides as `sync` does, and writes nothing anywhere. Shows pending events first, in the
 * order of sending, then what reading adds.
 */
export async function dryRun(
  context: AppContext,
  options: DryRunOptions & Pick<SyncScope, 'reach'>,
): Promise<DryRunReport> {
  const { tenant, reach } = options;
  const run = await openDryRun(context, options, 'sync');
  if (await mayRead(run)) {
    await showPending(run);
    const { start } = await findStart(run);
    await readDry(run, (how) => readNew(run, { ...how, start, reach }));
  }
  return reportOfDryRun(run, tenant.gong.callsPerDay);
}

/** The same for a `backfill`: shows the events that its window would add. */
export async function dryBackfill(
  context: AppContext,
  options: DryRunOptions & { readonly window: BackfillWindow },
): Promise<DryRunReport> {
  const { tenant, window } = options;
  const run = await openDryRun(context, options, 'backfill');
  if (await mayRead(run)) {
    await readDry(run, (how) =>
      readWindow(run, { ...how, window, track: (_source, read) => read() }),
    );
  }
  return reportOfDryRun(run, await callsForBackfill(context, tenant));
}

/** `kind`: of the real run. */
async function openDryRun(
  context: AppContext,
  options: DryRunOptions,
  kind: RunKind,
): Promise<DryRun> {
  const { tenant, signal, plan, listeners } = options;
  const counters = new RunCounters();
  const bindings = await readBindings(context.db, tenant.tenant);
  // The id is in no table: it only connects the lines of the log.
  const log = context.log.child({ tenant: tenant.tenant, runId: randomUUID() });
  const emit = emitterOf(listeners, { counters, log });
  emit?.({ kind: 'run started', run: kind, dryRun: true });
  return {
    context: { ...context, log },
    tenant,
    startedAt: context.clock.now(),
    counters,
    bindings,
    forgotten: await forgottenPeopleOf(context.db, tenant.tenant),
    connections: connect(context, { tenant, bindings, counters, signal, emit }),
    signal,
    emit,
    plan,
    sent: 0,
  };
}

/** False if the tenant's accounts changed: the report then says so. Records nothing. */
async function mayRead(run: DryRun): Promise<boolean> {
  const changes = await findAccountChanges(run);
  for (const change of changes) run.counters.addError(runError(change.vendor, change));
  return changes.length === 0;
}

/** Reads by the stages of a real run, but shows each batch, and lets Drive write into a copy. */
async function readDry(
  run: DryRun,
  read: (options: ReadOptions) => Promise<unknown>,
): Promise<void> {
  const copy = new DryRunDatabase(run.context.db, run.tenant.tenant);
  const showBatch = batchesShownBy(run);
  const take = async (batch: ReadBatch) => {
    await copy.keep(batch);
    await showBatch(batch);
  };
  try {
    await read({ take, driveDatabase: () => copy.open() });
  } finally {
    await copy.close();
  }
}

function batchesShownBy(run: DryRun): (batch: ReadBatch) => Promise<void> {
  const { counters } = run;
  // Nothing is written, so reading meets an event that moved again: in its state, or in its source.
  const moved = new Set<string>();
  return async ({ created, reconsidered: all, alreadyHeld, replaced }) => {
    const reconsidered = all.filter(
      (event) => hasMoved(event, alreadyHeld) && !moved.has(event.eventId),
    );
    for (const { eventId } of reconsidered) moved.add(eventId);
    for (const eventId of replaced) moved.add(eventId);
    counters.addReplaced(replaced);
    run.plan.drop(replaced);
    counters.addReconsidered({ reconsidered, alreadyHeld });
    for (const event of created) {
      counters.addCreated([decisionRecordOf(event)]);
      await show(run, event);
    }
    for (const event of reconsidered) await show(run, event);
  };
}

async function showPending(run: DryRun): Promise<void> {
  const { tenant } = run.tenant;
  const size = BATCH_LIMITS.sharesPerBatchMax;
  const pages = pagesInState(run.context.db, { tenant, state: 'pending', size });
  for await (const events of pages) for (const event of events) await show(run, event);
}

async function show(run: DryRun, event: NewEvent): Promise<void> {
  await run.plan.add(event);
  if (event.state === 'pending' && event.body) run.sent += 1;
}

function reportOfDryRun(run: DryRun, callsPerDay: number): DryRunReport {
  const { tenant, counters, sent, connections } = run;
  for (const error of localRejections(counters.rejectedLocally)) counters.addError(error);
  const { usage } = connections.salesforce;
  run.emit?.({ kind: 'run ended' });
  return {
    tenant: tenant.tenant,
    found: counters.foundInAll,
    wouldSend: sent,
    callsPerDay,
    wouldHold: counters.held,
    wouldSkip: counters.skipped,
    calls: counters.calls,
    ...(usage && { salesforceUsage: usage }),
    errors: counters.errors,
    notes: counters.notes,
  };
}
