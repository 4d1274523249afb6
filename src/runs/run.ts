import type { TenantConfig } from '../config/types.ts';
import { LeaseLost } from '../db/leases.ts';
import { finishRun } from '../db/runs.ts';
import { DatabaseError, messageOf } from '../lib/errors.ts';
import { countByState } from '../outbox/queries.ts';
import { type Connections, connect } from './connections.ts';
import type { AppContext } from './context.ts';
import { RunCounters, reportOf } from './counters.ts';
import type { RunKind, RunReport } from './report.ts';
import { runError } from './stage-errors.ts';
import type { TenantLease } from './tenant-lease.ts';

/** How far a run is, for a person who watches. */
export interface Progress {
  readonly found: number;
  readonly queued: number;
  readonly settled: number;
  /** shares gone through, of so many; only where it is known how many there are */
  readonly read?: { readonly done: number; readonly total: number };
}

/** A run under way: what its stages share. */
export interface Run {
  readonly context: AppContext;
  readonly kind: RunKind;
  readonly tenant: TenantConfig;
  readonly runId: string;
  /** epoch milliseconds */
  readonly startedAt: number;
  readonly lease: TenantLease;
  readonly counters: RunCounters;
  readonly connections: Connections;
  /** aborted by a stop, a lost lease, or what makes going on senseless */
  readonly signal: AbortSignal;
  /** Tells whoever watches how far it is. */
  reportProgress(read?: Progress['read']): void;
  /** Aborts `signal`: one stage broke in a way that ends them all. */
  abort(reason: unknown): void;
}

export function openRun(
  context: AppContext,
  start: Pick<Run, 'kind' | 'tenant' | 'runId' | 'startedAt' | 'lease'> & {
    readonly onProgress: (progress: Progress) => void;
  },
): Run {
  const { kind, tenant, runId, startedAt, lease } = start;
  const broken = new AbortController();
  const signal = AbortSignal.any([start.lease.signal, broken.signal]);
  const counters = new RunCounters();
  const connections = connect(context, { tenant, counters, signal });
  let readSoFar: Progress['read'];
  return {
    context,
    kind,
    tenant,
    runId,
    startedAt,
    lease,
    counters,
    connections,
    signal,
    reportProgress: (read) => {
      readSoFar = read ?? readSoFar;
      const { foundInAll: found, queued, settled } = counters;
      start.onProgress({ found, queued, settled, ...(readSoFar && { read: readSoFar }) });
    },
    abort: (reason) => broken.abort(reason),
  };
}

/** The database, or a bug, ended a run by force: `cause` says which, `report` what it did until then. */
export class RunBroken extends Error {
  override readonly name = 'RunBroken';
  readonly report: RunReport;

  constructor(report: RunReport, { cause }: { readonly cause: unknown }) {
    super(messageOf(cause), { cause });
    this.report = report;
  }
}

/**
 * Does the run's work and writes down how it ended, also where it broke. A run that lost its
 * lease writes nothing: its row stays open, which is shown as died. Throws RunBroken.
 */
export async function finishRunOnce(run: Run, work: () => Promise<RunReport>): Promise<RunReport> {
  try {
    const report = await work();
    await record(run, report);
    return report;
  } catch (error) {
    const broken = await brokenReport(run, error);
    if (!(error instanceof DatabaseError)) await record(run, broken);
    throw new RunBroken(broken, { cause: error });
  }
}

async function record(run: Run, report: RunReport): Promise<void> {
  const { context, lease, runId } = run;
  try {
    await finishRun(context.db, lease.key, {
      runId,
      finishedAt: Date.parse(report.finishedAt),
      outcome: report.outcome,
      report: JSON.stringify(report),
    });
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
  }
}

async function brokenReport(run: Run, error: unknown): Promise<RunReport> {
  const { counters, tenant, startedAt, context, kind } = run;
  counters.addError(runError('run', error));
  return reportOf(counters, {
    tenant: tenant.tenant,
    kind,
    outcome: 'failed',
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
