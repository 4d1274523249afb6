import pLimit from 'p-limit';
import {
  type CallLimits,
  foldCalls,
  giveCallBack,
  moveCall,
  type Permission,
  pauseAccount,
  takeCall,
} from '../db/calls.ts';
import { CALL_LIMITS } from '../db/limits.ts';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { ArrivalEstimate } from './arrival.ts';
import { PACE_LIMITS, PUSH_LIMITS } from './limits.ts';

/** What a sender gets for asking: a call that is counted already, or the reason to stop. */
export type PermitResult =
  | Permit
  | { readonly kind: 'stop'; readonly reason: 'day-used-up' | 'paused'; readonly until: number };

export interface Permit {
  readonly kind: 'go';
  /** The request left this machine. */
  sent(): void;
  /**
   * Its answer came, or it broke: from now on the call counts from when it arrived. One that never
   * left (no connection, no token) is given back.
   */
  over(): Promise<void>;
}

/** The gate that every call to one Gong account goes through, in all processes. */
export interface Pacer {
  /** Waits for the next free place and takes it. Rejects with the signal's reason. */
  take(limits: PaceSettings, signal: AbortSignal): Promise<PermitResult>;
  /** Gong asked for a pause: binds every sender of the account, also in later runs. */
  pause(durationMs: number): Promise<void>;
}

export interface PaceSettings {
  readonly callsPerSecond: number;
  readonly callsPerDay: number;
}

/**
 * One pacer an account and process: its senders stand in one line, so that they do not wake up
 * together for one place. The count itself is in the database.
 */
export function createPacer(options: {
  readonly db: Database;
  readonly account: string;
  readonly clock: Clock;
}): Pacer {
  const { db, account, clock } = options;
  const line = pLimit(1);
  const arrival = new ArrivalEstimate();
  // Folds at its first call: a run of every night may well be shorter than the interval.
  let foldedAt = Number.NEGATIVE_INFINITY;

  async function ask(settings: PaceSettings): Promise<Permission> {
    const now = clock.now();
    if (now - foldedAt > CALL_LIMITS.bucketMs) {
      foldedAt = now;
      await foldCalls(db, account, now);
    }
    return takeCall(db, { account, now: () => clock.now(), limits: limitsOf(settings) });
  }

  async function waitForPermit(settings: PaceSettings, signal: AbortSignal): Promise<PermitResult> {
    for (;;) {
      signal.throwIfAborted();
      const permission = await ask(settings);
      if (permission.kind === 'go') return goOf(permission.at);
      const waitMs = permission.until - clock.now();
      const reason = reasonToStop(permission, waitMs);
      if (reason) return { kind: 'stop', reason, until: permission.until };
      await clock.sleep(waitMs, signal);
    }
  }

  function goOf(takenAt: number): PermitResult {
    let sentAt: number | undefined;
    return {
      kind: 'go',
      sent: () => {
        sentAt = clock.now();
      },
      over: async () => {
        if (sentAt === undefined) return giveCallBack(db, { account, at: takenAt });
        const to = arrival.estimate(sentAt, clock.now());
        if (to > takenAt) await moveCall(db, { account, from: takenAt, to });
      },
    };
  }

  return {
    take: (settings, signal) =>
      unlessAborted(
        line(() => waitForPermit(settings, signal)),
        signal,
      ),
    pause: (durationMs) =>
      pauseAccount(db, account, clock.now() + Math.min(durationMs, PACE_LIMITS.pauseMsMax)),
  };
}

/**
 * Three a second are three in any 1,005 ms: Gong counts calls as they arrive, and two that were
 * sent a second apart may arrive a little closer. A fraction above one is rounded down, since
 * "2.5 in any one second" can only mean two; below one it is one call in a longer window.
 */
export function limitsOf(settings: PaceSettings): CallLimits {
  const calls = Math.max(1, Math.floor(settings.callsPerSecond));
  const seconds = settings.callsPerSecond < 1 ? 1 / settings.callsPerSecond : 1;
  return {
    burst: { calls, windowMs: Math.ceil(seconds * PACE_LIMITS.secondMs) + PACE_LIMITS.jitterMs },
    callsPerDay: settings.callsPerDay,
  };
}

/** Leaves the line at once, whoever of another run stands in front. */
function unlessAborted<T>(wait: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    const forget = () => signal.removeEventListener('abort', leave);
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    wait.finally(forget).then(resolve, reject);
  });
}

function reasonToStop(
  permission: Exclude<Permission, { kind: 'go' }>,
  waitMs: number,
): 'day-used-up' | 'paused' | undefined {
  if (permission.kind === 'wait') return undefined;
  const waitMsMax =
    permission.kind === 'paused' ? PUSH_LIMITS.retryAfterMsMax : PACE_LIMITS.dayWaitMsMax;
  return waitMs > waitMsMax ? permission.kind : undefined;
}
