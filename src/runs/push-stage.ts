import { CALL_LIMITS } from '../db/limits.ts';
import { releaseDeferred } from '../outbox/queue.ts';
import { startPush } from '../push/push.ts';
import type { PushReport } from '../push/report.ts';
import { reservedCalls } from './gong-call-reserve.ts';
import type { Run } from './run-lifecycle.ts';
import { isVendorFailure, runError } from './stage-errors.ts';
import { countCall } from './vendor-clients.ts';

/** the longest pause for a Retry-After */
const MAX_HOURS = CALL_LIMITS.pauseMsMax / (60 * 60_000);

/** A run's pushing, in parallel with its reading. */
export interface PushStage {
  /** Signals that events were committed. */
  wake(): void;
  /** Resolves once the outbox is drained and nothing is in flight; never rejects. */
  settled(): Promise<void>;
  /**
   * What was pushed; undefined if pushing was impossible, which the report then explains. Rejects if
   * the run has to end.
   */
  finish(): Promise<PushReport | undefined>;
}

/**
 * Starts to drain the tenant's outbox. If that breaks, the run's reading ends, too. `backfillUntil`:
 * epoch milliseconds; from then on, backfilled events are left to later runs.
 */
export async function startPushStage(run: Run, backfillUntil: number): Promise<PushStage> {
  const { context, tenant, lease, connections, counters, emit } = run;
  const { startedAt: runStartedAt } = run;
  emit?.({ kind: 'stage started', stage: 'gong' });
  await releaseDeferred(context.db, lease.key, { tenant: tenant.tenant, runStartedAt });
  const push = startPush({
    db: context.db,
    lease: lease.key,
    tenant: tenant.tenant,
    runStartedAt,
    gong: connections.gong,
    pacer: context.pacerOf(connections.gong.account),
    settings: tenant.gong,
    callsForFresh: await reservedCalls(context, tenant),
    backfillUntil,
    isBackfillLast: run.kind === 'sync',
    clock: context.clock,
    random: context.random,
    signal: run.signal,
    onCall: () => countCall(run, 'gong'),
    onResponse: ({ status }, durationMs) =>
      emit?.({ kind: 'gong responded', durationMs, ...(status !== undefined && { status }) }),
    onSettled: (report, { eventId, outcome }) => {
      counters.pushed = report;
      emit?.({ kind: 'event settled', eventId, outcome });
    },
  });
  void push.ended.then(
    ({ stop, cappedRetryAfterMs }) => {
      if (cappedRetryAfterMs !== undefined) {
        context.log.warn(
          `a response of Gong asked to wait longer than ${MAX_HOURS} hours; waiting ${MAX_HOURS} hours`,
          {
            stage: 'gong',
            retryAfterSeconds: cappedRetryAfterMs / 1_000,
          },
        );
      }
      emit?.({ kind: 'stage ended', stage: 'gong', end: stop?.kind ?? 'done' });
    },
    (error: unknown) => {
      emit?.({ kind: 'stage ended', stage: 'gong', end: 'failed' });
      if (!isVendorFailure(error)) run.abort(error);
    },
  );
  return {
    wake: () => push.wake(),
    settled: () => push.finish().then(doNothing, doNothing),
    finish: () => push.ended.catch((error: unknown) => reportOrThrow(run, error)),
  };
}

/** A token that cannot be stored, for example, needs attention, but what was read is kept. */
function reportOrThrow(run: Run, error: unknown): undefined {
  if (!isVendorFailure(error)) throw error;
  run.counters.addError(runError('gong', error));
  return undefined;
}

function doNothing(): void {}
