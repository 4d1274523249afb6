import { wasOnlyStopped } from '../db/only-stopped.ts';
import type { Outcome, RunKind, RunReport } from '../db/run-report.ts';
import type { PushReport } from '../push/report.ts';
import type { RunCounters } from './counters.ts';

/** What a run's report says in addition to its counters. */
export interface RunFacts {
  /** absent: the run did not begin */
  readonly runId?: string;
  readonly tenant: string;
  readonly kind: RunKind;
  readonly outcome: Outcome;
  /** epoch milliseconds */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly pending: number;
}

export function reportOf(counters: RunCounters, facts: RunFacts): RunReport {
  const { runId, tenant, kind, outcome, pending } = facts;
  const { pushed } = counters;
  return {
    ...(runId !== undefined && { runId }),
    tenant,
    kind,
    outcome,
    startedAt: new Date(facts.startedAt).toISOString(),
    finishedAt: new Date(facts.finishedAt).toISOString(),
    found: counters.found,
    queued: counters.queued,
    held: counters.held,
    skipped: counters.skipped,
    delivered: pushed?.delivered ?? 0,
    duplicates: pushed?.duplicates ?? 0,
    rejected: (pushed?.rejected ?? 0) + counters.rejectedLocally,
    pending,
    calls: counters.calls,
    errors: counters.errors,
    ...(counters.notes.length > 0 && { notes: counters.notes }),
    ...gongWaitOf(pushed),
  };
}

/** See RunReport.outcome. */
export function outcomeOf(
  counters: RunCounters,
  facts: { readonly pushed: PushReport | undefined; readonly nothingRead: boolean },
): Outcome {
  if (facts.pushed?.stop?.kind === 'refused') return 'failed';
  if (facts.nothingRead) return failureOf(counters);
  return counters.errors.length > 0 ? 'partial' : 'ok';
}

/** The outcome of a run that did nothing: a requested stop is not a failure. */
export function failureOf({ errors }: RunCounters): Outcome {
  return wasOnlyStopped({ errors }) ? 'partial' : 'failed';
}

/** A capped Retry-After counts even if no event was left that had to wait for it. */
function gongWaitOf(pushed: Readonly<PushReport> | undefined): Pick<RunReport, 'gongWait'> {
  const { stop, cappedRetryAfterMs } = pushed ?? {};
  const isThrottled = stop?.kind === 'waiting' && stop.reason === 'throttled';
  const isPaused = stop?.kind === 'waiting' && stop.reason === 'paused';
  if (!isThrottled && !isPaused && cappedRetryAfterMs === undefined) return {};
  return {
    gongWait: {
      reason: isThrottled ? 'throttled' : 'paused',
      ...(cappedRetryAfterMs !== undefined && { cappedRetryAfterMs }),
    },
  };
}

/** The report as commands print it: its keys are part of the external contract. */
export function printedReport(stored: RunReport) {
  const { runId: _, gongWait: _wait, notes: _notes, errors, ...report } = stored;
  return {
    ...report,
    errors: errors.map(({ stage, message, hint }) => ({ stage, message, hint })),
  };
}
