import { startPush } from '../push/push.ts';
import type { PushReport } from '../push/report.ts';
import { isVendorFailure, runError } from './failures.ts';
import { callsForNights } from './reserve.ts';
import type { Run } from './run.ts';

/** A run's pushing, beside its reading. */
export interface Pushing {
  /** Tells that events were committed. */
  wake(): void;
  /** Resolves once all is drained and nothing is in flight; never rejects. */
  settled(): Promise<void>;
  /** What was pushed; undefined where pushing could not be done, which the tally then tells.
   * Rejects where the whole run has to end. */
  finish(): Promise<PushReport | undefined>;
}

/** Starts to drain the tenant's outbox; if that breaks, the run's reading ends too. */
export async function startPushing(run: Run): Promise<Pushing> {
  const { context, tenant, hold, connections, tally } = run;
  const push = startPush({
    db: context.db,
    lease: hold.lease,
    tenant: tenant.tenant,
    runStartedAt: run.startedAt,
    gong: connections.gong,
    pacer: context.pacerOf(connections.gong.account),
    settings: tenant.gong,
    callsForFresh: await callsForNights(context, tenant),
    clock: context.clock,
    random: context.random,
    signal: run.signal,
    onCall: () => {
      tally.calls.gong += 1;
    },
    onSettled: (report) => {
      tally.pushed = report;
      run.tell();
    },
  });
  push.ended.catch((error: unknown) => {
    if (!isVendorFailure(error)) run.end(error);
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
  run.tally.addError(runError('gong', error));
  return undefined;
}

function doNothing(): void {}
