import pLimit from 'p-limit';
import {
  type CallDecision,
  type CallLimits,
  foldCalls,
  giveCallBack,
  moveCall,
  pauseAccount,
  takeCall,
} from '../db/calls.ts';
import { databaseTime } from '../db/database-time.ts';
import { CALL_LIMITS } from '../db/limits.ts';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { ArrivalEstimate } from './arrival-estimate.ts';
import { PACE_LIMITS, PUSH_LIMITS } from './limits.ts';

/** A permit for one call, which is already counted, or the reason for its denial. */
export type PermitResult =
  | Permit
  | { readonly kind: 'denied'; readonly reason: 'day-used-up' | 'paused'; readonly until: number };

export interface Permit {
  readonly kind: 'granted';
  /** Marks the request as sent. */
  sent(): void;
  /**
   * Call it after the response or a failure. Counts the call from its estimated arrival. Does not
   * count a call that was never sent (no connection, no token).
   */
  release(): Promise<void>;
}

/** The gate for every call to one Gong account, in all processes. */
export interface Pacer {
  /** Waits for the next free slot. Rejects with the signal's reason. */
  acquire(limits: PaceSettings, signal: AbortSignal): Promise<PermitResult>;
  /** Pauses every sender of the account, including later runs: Gong's Retry-After, capped. */
  pause(durationMs: number): Promise<void>;
}

export interface PaceSettings {
  readonly callsPerSecond: number;
  readonly callsPerDay: number;
}

/**
 * Create one pacer per account and process. Its senders wait in one queue, so that they do not all
 * wake up for the same slot. The count of calls is in the database.
 */
export function createPacer(options: {
  readonly db: Database;
  readonly account: string;
  readonly clock: Clock;
}): Pacer {
  const { db, account, clock } = options;
  const queue = pLimit(1);
  const arrival = new ArrivalEstimate();
  // Folds at the first call, because a nightly run can be shorter than the interval.
  let foldedAt = Number.NEGATIVE_INFINITY;

  async function requestCall(settings: PaceSettings): Promise<CallDecision> {
    const now = clock.now();
    if (now - foldedAt > CALL_LIMITS.bucketMs) {
      foldedAt = now;
      await foldCalls(db, account, await databaseTime(db, clock));
    }
    return takeCall(db, {
      account,
      now: (trx) => databaseTime(trx, clock),
      limits: limitsOf(settings),
    });
  }

  async function waitForPermit(settings: PaceSettings, signal: AbortSignal): Promise<PermitResult> {
    for (;;) {
      signal.throwIfAborted();
      const decision = await requestCall(settings);
      if (decision.kind === 'go') return grantPermit(decision.at);
      const waitMs = decision.until - decision.at;
      const reason = denialReason(decision, waitMs);
      if (reason) return { kind: 'denied', reason, until: decision.until };
      await clock.sleep(waitMs, signal);
    }
  }

  function grantPermit(takenAt: number): PermitResult {
    let sentAt: number | undefined;
    // The database counts by its own clock.
    const aheadMs = takenAt - clock.now();
    return {
      kind: 'granted',
      sent: () => {
        sentAt = clock.now();
      },
      release: async () => {
        if (sentAt === undefined) return giveCallBack(db, { account, at: takenAt });
        const to = arrival.estimate(sentAt, clock.now()) + aheadMs;
        if (to > takenAt) await moveCall(db, { account, from: takenAt, to });
      },
    };
  }

  return {
    acquire: (settings, signal) =>
      rejectOnAbort(
        queue(() => waitForPermit(settings, signal)),
        signal,
      ),
    pause: async (durationMs) => {
      const pausedMs = Math.min(Math.ceil(durationMs), CALL_LIMITS.pauseMsMax);
      await pauseAccount(db, account, (await databaseTime(db, clock)) + pausedMs);
    },
  };
}

/**
 * Three per second means three in any 1,005 ms: Gong counts arrivals, and two calls sent a second
 * apart can arrive a little closer. A fraction above one is rounded down, because "2.5 in any one
 * second" can only mean two. A fraction below one means one call in a longer window.
 */
export function limitsOf(settings: PaceSettings): CallLimits {
  const calls = Math.max(1, Math.floor(settings.callsPerSecond));
  const seconds = settings.callsPerSecond < 1 ? 1 / settings.callsPerSecond : 1;
  return {
    burst: { calls, windowMs: Math.ceil(seconds * PACE_LIMITS.secondMs) + PACE_LIMITS.jitterMs },
    callsPerDay: settings.callsPerDay,
  };
}

/** Rejects as soon as the signal is aborted, even while other runs are ahead in the queue. */
function rejectOnAbort<T>(wait: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const stopListening = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    wait.finally(stopListening).then(resolve, reject);
  });
}

function denialReason(
  decision: Exclude<CallDecision, { kind: 'go' }>,
  waitMs: number,
): 'day-used-up' | 'paused' | undefined {
  if (decision.kind === 'wait') return undefined;
  const waitMsMax =
    decision.kind === 'paused' ? PUSH_LIMITS.retryAfterMsMax : PACE_LIMITS.dayWaitMsMax;
  return waitMs > waitMsMax ? decision.kind : undefined;
}
