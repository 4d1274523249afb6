import { startPush } from '../push/push.ts';
import type { PushReport } from '../push/report.ts';
import { reservedCalls } from './call-reserve.ts';
import type { Run } from './run.ts';
import { isVendorFailure, runError } from './stage-errors.ts';

/** A run's pushing, beside its reading. */
export interface PushStage {
  /** Tells that events were committed. */
  wake(): void;
  /** Resolves once all is drained and nothing is in flight; never rejects. */
  settled(): Promise<void>;
  /** What was pushed; undefined where pushing could not be done, which the counters then tells.
   * Rejects where the whole run has to end. */
  finish(): Promise<PushReport | undefined>;
}

/**
 * Starts to drain the tenant's outbox; if that breaks, the run's reading ends too. `historyUntil`:
 * epoch milliseconds, from when on events of a backfill are left to later runs.
 */
export async function startPushStage(run: Run, historyUntil: number): Promise<PushStage> {
  const { context, tenant, lease, connections, counters } = run;
  const push = startPush({
    db: context.db,
    lease: lease.key,
    tenant: tenant.tenant,
    runStartedAt: run.startedAt,
    gong: connections.gong,
    pacer: context.pacerOf(connections.gong.account),
    settings: tenant.gong,
    callsForFresh: await reservedCalls(context, tenant),
    backfillUntil: historyUntil,
    clock: context.clock,
    random: context.random,
    signal: run.signal,
    onCall: () => {
      counters.calls.gong += 1;
    },
    onSettled: (report) => {
      counters.pushed = report;
      run.reportProgress();
    },
  });
  push.ended.catch((error: unknown) => {
    if (!isVendorFailure(error)) run.abort(error);
  });
  return {
    wake: () => push.wake(),
    settled: () => push.finish().then(doNothing, doNothing),
    finish: () => push.ended.catch((error: unknown) => tellOrThrow(run, error)),
  };
}

/** A token that cannot be kept, say: a person's matter, and the reading stands. */
function tellOrThrow(run: Run, error: unknown): undefined {
  if (!isVendorFailure(error)) throw error;
  run.counters.addError(runError('gong', error));
  return undefined;
}

function doNothing(): void {}
