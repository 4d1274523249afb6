import type { TenantConfig } from '../config/types.ts';
import type { Bindings } from '../db/bindings.ts';
import { durably } from '../db/durably.ts';
import type { RunKind, RunReport } from '../db/run-report.ts';
import { finishRun } from '../db/runs.ts';
import type { Database } from '../db/schema.ts';
import { DatabaseError, LeaseLost, messageOf } from '../lib/errors.ts';
import { countByState } from '../outbox/event-counts.ts';
import type { ForgottenPeople } from '../share/forgotten.ts';
import type { AppContext } from './app-context.ts';
import { RunCounters } from './counters.ts';
import { failureOf, reportOf } from './report.ts';
import { type Emit, emitterOf, type RunListener } from './run-events.ts';
import { runError } from './stage-errors.ts';
import type { TenantLease } from './tenant-lease.ts';
import { type Connections, connect } from './vendor-clients.ts';

/** What reading needs of a run, whether it is real or dry. */
export interface ReadingRun {
  /** its log names the tenant and the run on every line */
  readonly context: AppContext;
  readonly tenant: TenantConfig;
  /** epoch milliseconds */
  readonly startedAt: number;
  readonly counters: RunCounters;
  /** the accounts that the tenant is bound to */
  readonly bindings: Bindings;
  /** people whose data was erased */
  readonly forgotten: ForgottenPeople;
  readonly connections: Connections;
  /** aborted by a stop, a lost lease, or a failure that ends the run */
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** A run in progress: what its stages share. */
export interface Run extends ReadingRun {
  readonly kind: RunKind;
  readonly runId: string;
  readonly lease: TenantLease;
  /** what was committed without waiting for the disk, and must not be lost in a power cut */
  readonly unsynced: { baseline: boolean };
  /** Aborts `signal`: one stage failed in a way that ends all others. */
  abort(reason: unknown): void;
}

export function openRun(
  context: AppContext,
  start: Pick<
    Run,
    'kind' | 'tenant' | 'runId' | 'startedAt' | 'lease' | 'bindings' | 'forgotten'
  > & {
    readonly listeners: readonly RunListener[];
  },
): Run {
  const { log } = context;
  const { listeners, ...rest } = start;
  const { tenant, bindings } = rest;
  const broken = new AbortController();
  const signal = AbortSignal.any([start.lease.signal, broken.signal]);
  const counters = new RunCounters();
  const emit = emitterOf(listeners, { counters, log });
  return {
    ...rest,
    context,
    counters,
    unsynced: { baseline: false },
    connections: connect(context, { tenant, bindings, counters, signal, emit }),
    signal,
    emit,
    abort: (reason) => broken.abort(reason),
  };
}

/**
 * A database failure or a bug ended the run: `cause` is the error, `report` what was done until
 * then.
 */
export class RunBroken extends Error {
  override readonly name = 'RunBroken';
  readonly report: RunReport;

  constructor(report: RunReport, { cause }: { readonly cause: unknown }) {
    super(messageOf(cause), { cause });
    this.report = report;
  }
}

/**
 * Does the run's work and records how it ended, even if it broke. A run that lost its lease records
 * nothing: its row stays open, and `status` shows it as died. Throws RunBroken.
 */
export async function recordRun(run: Run, work: () => Promise<RunReport>): Promise<RunReport> {
  const { emit, kind } = run;
  emit?.({ kind: 'run started', run: kind });
  try {
    const report = await work();
    await recordEnd(run, report);
    run.context.databaseFiles.requireUnchanged();
    emit?.({ kind: 'run ended', outcome: report.outcome });
    return report;
  } catch (error) {
    const report = await brokenReport(run, error);
    if (!(error instanceof DatabaseError)) await recordBrokenEnd(run, report);
    emit?.({ kind: 'run ended', outcome: report.outcome });
    throw new RunBroken(report, { cause: error });
  }
}

async function recordEnd(run: Run, report: RunReport): Promise<void> {
  const { context, lease, runId, emit, unsynced } = run;
  const write = (db: Database) => finishRun(db, lease.key, { runId, report });
  try {
    // After a power cut, a baseline is taken again: with what was shared in the meantime.
    await (unsynced.baseline ? durably(context.db, write) : write(context.db));
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    emit?.({ kind: 'lease lost' });
  }
}

/** The error that broke the run is reported, whatever prevents its record. */
async function recordBrokenEnd(run: Run, report: RunReport): Promise<void> {
  try {
    await recordEnd(run, report);
  } catch (error) {
    run.context.log.warn(`the end of the run could not be recorded: ${messageOf(error)}`);
  }
}

async function brokenReport(run: Run, error: unknown): Promise<RunReport> {
  const { counters, tenant, runId, startedAt, context, kind } = run;
  counters.addError(runError('run', error));
  return reportOf(counters, {
    runId,
    tenant: tenant.tenant,
    kind,
    outcome: failureOf(counters),
    startedAt,
    finishedAt: context.clock.now(),
    pending: await pendingIfKnown(run),
  });
}

/** The database may be what broke. */
async function pendingIfKnown({ context, tenant }: Run): Promise<number> {
  try {
    return (await countByState(context.db, tenant.tenant)).pending;
  } catch {
    return 0;
  }
}
