import { setImmediate as endOfTurn } from 'node:timers/promises';
import { type CallDecision, type CallLimits, takeCalls } from '../db/calls.ts';
import { type Correction, correctCalls } from '../db/correct-calls.ts';
import { databaseTime, hasOwnClock } from '../db/database-time.ts';
import { foldCalls } from '../db/fold-calls.ts';
import { CALL_LIMITS } from '../db/limits.ts';
import { pauseAccount } from '../db/pauses.ts';
import type { Database, Statement } from '../db/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { ArrivalEstimate } from './arrival-estimate.ts';
import { ClockDifference } from './clock-difference.ts';
import { PACE_LIMITS, PUSH_LIMITS } from './limits.ts';
import { PendingCorrections } from './pending-corrections.ts';

/** A permit for one call, which is already counted, or the reason for its denial. */
export type PermitResult =
  | Permit
  | { readonly kind: 'denied'; readonly reason: 'day-used-up' | 'paused'; readonly until: number };

export interface Permit {
  readonly kind: 'granted';
  /** Whether its slot has passed: the call would arrive later than it is counted. Release it then. */
  isLate(): boolean;
  /** Marks the request as sent. */
  sent(): void;
  /**
   * Call it at the response or a failure. Counts the call from its estimated arrival. Does not count a
   * call that was never sent (no connection, no token). Resolves once that is committed.
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

/** Create one pacer per account and process. The count of calls is in the database. */
export function createPacer(options: PacerOptions): Pacer {
  return new AccountPacer(options);
}

interface PacerOptions {
  readonly db: Database;
  readonly account: string;
  readonly clock: Clock;
}

/** A call that waits for its permit. */
interface Sender {
  readonly settings: PaceSettings;
  readonly signal: AbortSignal;
  readonly settle: (result: PermitResult) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Senders wait in one queue, so that they do not all wake up for the same slot. Those that wait at the
 * same time get their permits in one transaction, as far as the limits allow. No permit is taken for
 * later: a process that is killed loses only what it was about to send.
 */
class AccountPacer implements Pacer {
  readonly #options: PacerOptions;
  readonly #arrival = new ArrivalEstimate();
  readonly #corrections = new PendingCorrections();
  /** of the database's clock */
  readonly #difference = new ClockDifference();
  #waiting: Sender[] = [];
  #isServing = false;
  #lateInRow = 0;
  // Folds at the first call, because a nightly run can be shorter than the interval.
  #foldedAt = Number.NEGATIVE_INFINITY;

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  acquire(settings: PaceSettings, signal: AbortSignal): Promise<PermitResult> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        signal.removeEventListener('abort', abort);
        this.#waiting = this.#waiting.filter((other) => other !== sender);
      };
      const settle = (result: PermitResult) => {
        leave();
        resolve(result);
      };
      const fail = (error: unknown) => {
        leave();
        reject(error);
      };
      const abort = () => fail(signal.reason);
      const sender = { settings, signal, settle, fail };
      this.#waiting.push(sender);
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
      else void this.#serve();
    });
  }

  async pause(durationMs: number): Promise<void> {
    const { db, account } = this.#options;
    // Only PostgreSQL minds a fraction.
    const pausedMs = Math.ceil(Math.min(durationMs, CALL_LIMITS.pauseMsMax));
    await pauseAccount(db, account, (await this.#databaseTime(db)) + pausedMs);
  }

  /** The database counts by its own clock, which can differ from this machine's. */
  async #databaseTime(db: Statement): Promise<number> {
    const { clock } = this.#options;
    const before = clock.now();
    const now = await databaseTime(db, clock);
    if (hasOwnClock(db, clock)) this.#difference.add(now, { before, after: clock.now() });
    return now;
  }

  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.#waiting.length > 0) {
      // Senders that got their responses together ask together.
      await endOfTurn();
      const group = this.#nextGroup();
      try {
        await this.#serveGroup(group);
      } catch (error) {
        for (const { fail } of group) fail(error);
      }
    }
    this.#isServing = false;
  }

  /** The first senders of the queue that have the same limits. */
  #nextGroup(): readonly Sender[] {
    const [first] = this.#waiting;
    const end = this.#waiting.findIndex(({ settings }) => !isSamePace(settings, first?.settings));
    return end < 0 ? [...this.#waiting] : this.#waiting.slice(0, end);
  }

  async #serveGroup(group: readonly Sender[]): Promise<void> {
    const [first] = group;
    if (first === undefined) return;
    const { clock } = this.#options;
    const decision = await this.#take(first.settings, group.length);
    if (decision.kind === 'go') return this.#grant(group, decision);
    const { until } = decision;
    const waitMs = until - this.#difference.aheadMs - clock.now();
    const reason = denialReason(decision, waitMs);
    if (reason) for (const { settle } of group) settle({ kind: 'denied', reason, until });
    else await this.#sleep(this.#untilNextLookMs(decision, waitMs, first.settings), first.signal);
  }

  /**
   * If the slot is that of a call without a response, it becomes free sooner once the response comes:
   * a second after its arrival at the earliest.
   */
  #untilNextLookMs({ kind }: CallDecision, waitMs: number, settings: PaceSettings): number {
    const isCounted = waitMs <= limitsOf(settings).burst.windowMs;
    if (kind !== 'wait' || isCounted) return waitMs;
    const earliestMs = waitMs - this.#arrivalMarginMs;
    return earliestMs > 0 ? earliestMs : PACE_LIMITS.responseLookMs;
  }

  /**
   * With several machines, a call can take longer to Gong than the next one of another machine: until
   * its response, it counts as one that arrives last.
   */
  get #arrivalMarginMs(): number {
    const { db, clock } = this.#options;
    return hasOwnClock(db, clock) ? PACE_LIMITS.sharedArrivalMsMax : 0;
  }

  /** Ends early if the sender at the head of the queue stops waiting. */
  async #sleep(waitMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.clock.sleep(waitMs, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #take(settings: PaceSettings, requested: number): Promise<CallDecision> {
    const { db, account, clock } = this.#options;
    const now = clock.now();
    if (now - this.#foldedAt > CALL_LIMITS.bucketMs) {
      this.#foldedAt = now;
      await foldCalls(db, account, await this.#databaseTime(db));
    }
    const request = {
      account,
      now: (trx: Statement) => this.#databaseTime(trx),
      limits: limitsOf(settings),
      requested,
      arrivalMarginMs: this.#arrivalMarginMs,
    };
    return this.#corrections.commit((corrections) => takeCalls(db, { ...request, corrections }));
  }

  #grant(group: readonly Sender[], { at, calls }: { readonly at: number; readonly calls: number }) {
    const waiting = group.filter((sender) => this.#waiting.includes(sender));
    const served = this.#isLate(at) ? [] : waiting.slice(0, calls);
    for (const { settle } of served) settle(this.#permit(at));
    // Senders that stopped waiting during the transaction, or all of a late one.
    for (let unused = served.length; unused < calls; unused += 1) {
      this.#correct({ from: at }).catch(() => {
        // They are counted although they were not sent, which is safe. The next call fails, too.
      });
    }
  }

  /** The transaction took so long that the calls could arrive later than they are counted. */
  #isLate(at: number): boolean {
    const usableUntil = at - this.#arrivalMarginMs + PACE_LIMITS.permitMsMax;
    const now = this.#options.clock.now() + this.#difference.aheadMs;
    const isLate = this.#arrivalMarginMs > 0 && now > usableUntil;
    this.#lateInRow = isLate ? this.#lateInRow + 1 : 0;
    // A machine that is always late still sends.
    return isLate && this.#lateInRow <= PACE_LIMITS.lateInRowMax;
  }

  #permit(takenAt: number): Permit {
    const { clock } = this.#options;
    const grantedAt = clock.now();
    let sentAt: number | undefined;
    const isShared = this.#arrivalMarginMs > 0;
    const usableMs = isShared ? PACE_LIMITS.permitMsMax : PACE_LIMITS.secondMs;
    return {
      kind: 'granted',
      isLate: () => clock.now() - grantedAt > usableMs,
      sent: () => {
        sentAt = clock.now();
      },
      release: async () => {
        if (sentAt === undefined) return this.#correct({ from: takenAt });
        const arrivedAt = isShared
          ? this.#arrival.estimateShared(sentAt, clock.now())
          : this.#arrival.estimate(sentAt, clock.now());
        const to = Math.ceil(arrivedAt + this.#difference.aheadMs);
        if (to > takenAt || isShared) await this.#correct({ from: takenAt, to });
      },
    };
  }

  #correct(correction: Correction): Promise<void> {
    const { db, account } = this.#options;
    return this.#corrections.add(correction, (corrections) =>
      correctCalls(db, { account, corrections }),
    );
  }
}

function isSamePace(settings: PaceSettings, other: PaceSettings | undefined): boolean {
  return (
    settings.callsPerSecond === other?.callsPerSecond && settings.callsPerDay === other.callsPerDay
  );
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

function denialReason(
  decision: Exclude<CallDecision, { kind: 'go' }>,
  waitMs: number,
): 'day-used-up' | 'paused' | undefined {
  if (decision.kind === 'wait') return undefined;
  const waitMsMax =
    decision.kind === 'paused' ? PUSH_LIMITS.retryAfterMsMax : PACE_LIMITS.dayWaitMsMax;
  return waitMs > waitMsMax ? decision.kind : undefined;
}
