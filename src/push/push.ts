import pLimit from 'p-limit';
import type { LeaseKey } from '../db/leases.ts';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { STOP_LIMITS } from '../lib/limits.ts';
import { retryDelayMs } from '../outbox/backoff.ts';
import { PRIORITY } from '../outbox/event-types.ts';
import {
  claimPending,
  deferPending,
  isPending,
  type QueuedEvent,
  settle,
} from '../outbox/queue.ts';
import type { GongClient } from '../vendors/gong/client.ts';
import type { GongResponse } from '../vendors/gong/response.ts';
import { PUSH_LIMITS } from './limits.ts';
import type { Pacer, PaceSettings, Permit } from './pacer.ts';
import { RejectionStreak } from './rejection-streak.ts';
import type { PushReport, PushStop } from './report.ts';
import { AutoResetEvent } from './wake-signal.ts';

export interface PushOptions {
  readonly db: Database;
  readonly lease: LeaseKey;
  readonly tenant: string;
  /** events that failed all their tries since then wait for the next run */
  readonly runStartedAt: number;
  readonly gong: GongClient;
  readonly pacer: Pacer;
  readonly settings: PaceSettings & { readonly concurrency: number };
  /** of a day's calls, those that events of a backfill leave to fresh ones of later runs */
  readonly callsForFresh: number;
  /** epoch milliseconds: from then on events of a backfill wait for later runs; Infinity: never */
  readonly historyUntil: number;
  readonly clock: Clock;
  /** in [0, 1) */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** a request has left for Gong */
  readonly onCall: () => void;
  /** an event reached a final state, or gave up for this run */
  readonly onSettled: (report: Readonly<PushReport>) => void;
}

/** Drains a tenant's outbox to Gong while the run goes on filling it. */
export interface Push {
  /** Tells that events were committed. */
  wake(): void;
  /** No more events will come: resolves once all that could be sent was. Rejects on a lost lease
   * or a database failure; whatever Gong answers is in the report. */
  finish(): Promise<PushReport>;
  /** Settles when pushing ended, whether or not `finish` was called. */
  readonly ended: Promise<PushReport>;
}

export function startPush(options: PushOptions): Push {
  const drain = new Drain(options);
  const ended = drain.run();
  return {
    wake: () => drain.wake(),
    finish: () => {
      drain.close();
      return ended;
    },
    ended,
  };
}

/**
 * 1. Claim as many events as there are free places, in order.
 * 2. Each takes its turn at the pacer, is sent, and its answer is settled in the database.
 * 3. A failed one waits outside its place, so that the others go on, up to five tries.
 * 4. What refuses all events halts the claiming; what is in flight ends. Where history has used its
 *    part of the day, or its time is over, only it waits.
 */
class Drain {
  readonly #options: PushOptions;
  readonly #places: ReturnType<typeof pLimit>;
  readonly #inHand = new Map<string, Promise<void>>();
  readonly #change = new AutoResetEvent();
  /** no more claims, turns and waits */
  readonly #halt = new AbortController();
  /** what is in flight is given up too */
  readonly #cut = new AbortController();
  readonly #streak = new RejectionStreak(PUSH_LIMITS.sameRejectionsMax);
  readonly #report: PushReport = { delivered: 0, duplicates: 0, rejected: 0, exhausted: 0 };
  #failure: unknown;
  #throttledInRow = 0;
  #priorityMax: number = PRIORITY.backfill;
  #open = true;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#places = pLimit(options.settings.concurrency);
  }

  wake(): void {
    this.#change.notify();
  }

  close(): void {
    this.#open = false;
    this.#change.notify();
  }

  async run(): Promise<PushReport> {
    const { signal } = this.#options;
    const stop = () => {
      this.#stop({ kind: 'stop-requested', reason: signal.reason });
      void this.#cutAfterGrace();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      while (!this.#halt.signal.aborted && (await this.#claimOrWait())) {
        // One round of claiming; the condition says when the queue is done.
      }
    } catch (error) {
      this.#fail(error);
    }
    await Promise.all(this.#inHand.values());
    // Only now: a stop that is asked for while the last requests hang has to cut them too.
    signal.removeEventListener('abort', stop);
    this.#cut.abort(this.#halt.signal.reason);
    if (this.#failure !== undefined) throw this.#failure;
    return this.#report;
  }

  async #cutAfterGrace(): Promise<void> {
    try {
      await this.#options.clock.sleep(STOP_LIMITS.drainMsMax, this.#cut.signal);
    } catch {
      // All that was in flight ended before its time was up.
    }
    this.#cut.abort(this.#halt.signal.reason);
  }

  /** False once nothing is left and nothing will come. */
  async #claimOrWait(): Promise<boolean> {
    // Read before the claim: what was committed before the end was told is then in the claim.
    const open = this.#open;
    const limit = this.#freePlaces();
    const events = limit > 0 ? await this.#claim(limit) : [];
    for (const event of events) this.#start(event);
    if (events.length > 0) return true;
    if (!open && limit > 0 && this.#inHand.size === 0) return false;
    await this.#change.wait();
    return true;
  }

  #freePlaces(): number {
    const { concurrency } = this.#options.settings;
    const free = concurrency - this.#places.activeCount - this.#places.pendingCount;
    return Math.min(free, concurrency + PUSH_LIMITS.waitingMax - this.#inHand.size);
  }

  #claim(limit: number): Promise<QueuedEvent[]> {
    const { db, tenant, runStartedAt } = this.#options;
    this.#endHistoryInTime();
    const inHand = [...this.#inHand.keys()];
    const priorityMax = this.#priorityMax;
    return claimPending(db, { tenant, inHand, limit, runStartedAt, priorityMax });
  }

  #start(event: QueuedEvent): void {
    const work = this.#deliver(event)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#inHand.delete(event.eventId);
        this.#change.notify();
      });
    this.#inHand.set(event.eventId, work);
  }

  async #deliver(event: QueuedEvent): Promise<void> {
    let failedTries = 0;
    while (!this.#halt.signal.aborted) {
      const answer = await this.#places(() => this.#send(event));
      if (!answer || answer.kind === 'refused') return;
      if (answer.kind === 'throttled') continue;
      if (answer.kind !== 'unavailable') return this.#options.onSettled(this.#report);
      failedTries += 1;
      if (failedTries >= PUSH_LIMITS.attemptsPerRunMax) return this.#giveUp(event, answer);
      this.#change.notify();
      await this.#pauseBetweenTries(failedTries);
    }
  }

  /** One request with its place at the pacer; undefined where it is not to be sent any more. */
  async #send(event: QueuedEvent): Promise<GongResponse | undefined> {
    const { db, tenant, gong, onCall } = this.#options;
    const turn = await this.#turnFor(event);
    if (turn === undefined) return undefined;
    // The wait may have taken minutes, and an operator's word holds until the moment of sending.
    if (!(await isPending(db, { tenant, eventId: event.eventId }))) {
      await turn.over();
      return undefined;
    }
    const onSent = () => {
      onCall();
      turn.sent();
    };
    const call = gong.shareContent(event.body, this.#cut.signal, onSent);
    const answer = await this.#unlessHalted(call).finally(() => turn.over());
    if (answer) await this.#absorb(event, answer);
    return answer;
  }

  /** Counted already; undefined where there is none for it in this run. */
  async #turnFor({ priority }: QueuedEvent): Promise<Permit | undefined> {
    const { pacer, settings, callsForFresh } = this.#options;
    this.#endHistoryInTime();
    // Somebody else met the end of history's part of the day while this one waited.
    if (priority > this.#priorityMax) return undefined;
    const isHistory = priority === PRIORITY.backfill;
    const callsPerDay = settings.callsPerDay - (isHistory ? callsForFresh : 0);
    const taking = pacer.take({ ...settings, callsPerDay }, this.#halt.signal);
    const turn = await this.#unlessHalted(taking);
    if (!turn || this.#halt.signal.aborted) return undefined;
    if (turn.kind === 'go') return turn;
    if (isHistory && turn.reason === 'day-used-up') this.#priorityMax = PRIORITY.fresh;
    else this.#stop({ kind: 'waiting', reason: turn.reason, until: turn.until });
    return undefined;
  }

  #endHistoryInTime(): void {
    const { clock, historyUntil } = this.#options;
    if (clock.now() >= historyUntil) this.#priorityMax = PRIORITY.fresh;
  }

  async #absorb(event: QueuedEvent, answer: GongResponse): Promise<void> {
    if (answer.kind === 'refused') return this.#stop({ kind: 'refused', answer });
    // A database that failed once would keep each of them waiting; what is not settled is sent
    // again by the next run, and Gong then says that it has it.
    if (this.#failure !== undefined) return;
    await this.#settle(event, answer);
    if (answer.kind === 'throttled') return this.#throttle(answer);
    this.#throttledInRow = 0;
    if (answer.kind === 'accepted') this.#report.delivered += 1;
    if (answer.kind === 'duplicate') this.#report.duplicates += 1;
    if (answer.kind === 'rejected') this.#report.rejected += 1;
    if (this.#streak.reached(answer)) {
      this.#stop({ kind: 'same-rejections', errors: answer.errors });
    }
  }

  async #settle(event: QueuedEvent, answer: GongResponse): Promise<void> {
    const { db, lease, tenant, clock } = this.#options;
    await settle(db, lease, {
      tenant,
      eventId: event.eventId,
      at: clock.now(),
      outcome: answer.kind,
      errors: answer.errors,
      ...STATE_EVENT[answer.kind],
      ...(answer.status !== undefined && { status: answer.status }),
      ...(answer.requestId !== undefined && { requestId: answer.requestId }),
      ...(answer.integrationId !== undefined && { integrationId: answer.integrationId }),
    });
  }

  async #throttle(answer: GongResponse): Promise<void> {
    this.#throttledInRow += 1;
    if (this.#throttledInRow >= PUSH_LIMITS.throttledInRowMax) {
      return this.#stop({ kind: 'waiting', reason: 'throttled' });
    }
    const waitMs =
      answer.retryAfterMs ?? retryDelayMs(this.#throttledInRow, this.#options.random());
    await this.#options.pacer.pause(waitMs);
  }

  async #giveUp(event: QueuedEvent, answer: GongResponse): Promise<void> {
    const { db, lease, tenant, clock, runStartedAt } = this.#options;
    // Later than this run's start, also where the clock was set back: or it would be claimed again.
    const at = Math.max(clock.now(), runStartedAt + 1);
    await deferPending(db, lease, { tenant, eventId: event.eventId, at });
    this.#report.exhausted += 1;
    this.#report.lastFailure = answer.errors[0] ?? `HTTP ${answer.status}`;
    this.#options.onSettled(this.#report);
  }

  async #pauseBetweenTries(failedTries: number): Promise<void> {
    const { clock, random } = this.#options;
    const waitMs = retryDelayMs(failedTries, random());
    await this.#unlessHalted(clock.sleep(waitMs, this.#halt.signal));
  }

  /** A wait that the halt broke off is no failure: the event stays pending. */
  async #unlessHalted<T>(wait: Promise<T>): Promise<T | undefined> {
    try {
      return await wait;
    } catch (error) {
      if (this.#halt.signal.aborted && error === this.#halt.signal.reason) return undefined;
      throw error;
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#stop({ kind: 'stop-requested', reason: error });
  }

  #stop(stop: PushStop): void {
    // What a person has to mend is told, even where the day's calls were used up a moment before.
    if (stop.kind === 'refused') this.#report.stop = stop;
    this.#report.stop ??= stop;
    if (!this.#halt.signal.aborted) this.#halt.abort(new Error('pushing ended'));
    this.#change.notify();
  }
}

/** What an answer does to the event; the kinds that are not named leave it pending. */
const STATE_EVENT = {
  accepted: { happening: 'accept' },
  duplicate: { happening: 'conflict' },
  rejected: { happening: 'reject' },
  refused: {},
  throttled: {},
  unavailable: {},
} as const;
