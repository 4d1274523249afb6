import pLimit from 'p-limit';
import { STOP_LIMITS } from '../lib/limits.ts';
import { retryDelayMs } from '../outbox/backoff.ts';
import { PRIORITY } from '../outbox/outbox-event.ts';
import { type Claim, claimPending, pendingBody, type QueuedEvent } from '../outbox/queue.ts';
import type { GongSender } from '../vendors/gong/client.ts';
import type { GongResponse } from '../vendors/gong/response.ts';
import { PACE_LIMITS, PUSH_LIMITS } from './limits.ts';
import type { PaceSettings, Permit } from './pacer.ts';
import { type RecordOptions, ResponseRecorder } from './record-response.ts';
import type { PushReport, PushStop } from './report.ts';
import { WakeSignal } from './wake-signal.ts';

/** `exhausted`: every attempt of this run failed. */
export interface SettledEvent {
  readonly eventId: string;
  readonly outcome: 'accepted' | 'duplicate' | 'rejected' | 'exhausted';
}

export interface PushOptions extends RecordOptions {
  readonly gong: GongSender;
  readonly settings: PaceSettings & { readonly concurrency: number };
  /** the calls of a day that backfilled events must leave to fresh ones of later runs */
  readonly callsForFresh: number;
  /** epoch milliseconds: from then on, backfilled events wait for later runs; Infinity: never */
  readonly backfillUntil: number;
  /** backfilled events wait until `close`: the run still commits fresh ones, which come first */
  readonly isBackfillLast: boolean;
  readonly signal: AbortSignal;
  /** called when a request is sent to Gong */
  readonly onCall: () => void;
  /** called when a sent request got its response, or failed */
  readonly onResponse: (response: GongResponse, durationMs: number) => void;
  /** called when an event reaches a final state or is deferred to the next run */
  readonly onSettled: (report: Readonly<PushReport>, settled: SettledEvent) => void;
}

/**
 * 1. Claims as many events as there are free slots, in order.
 * 2. Each event waits for a permit, is sent, and its response is recorded in the database.
 * 3. A failed event waits outside its slot, so that others use it, up to `attemptsPerRunMax`.
 * 4. A stop ends the claiming and the waits; requests in flight may finish. Once backfilled events
 *    have used their part of the day or their time, only they wait for later runs.
 */
export class Drain {
  readonly #options: PushOptions;
  readonly #recorder: ResponseRecorder;
  readonly #slots: ReturnType<typeof pLimit>;
  /** events in flight or between two attempts, by eventId */
  readonly #claimed = new Map<string, Promise<void>>();
  /** claimed, but not started: the next events of the queue */
  #ready: QueuedEvent[] = [];
  /** events were committed since, which may come before them */
  #isReadyStale = false;
  /** permits whose calls are not on record yet as they arrived */
  readonly #released = new Set<Promise<void>>();
  readonly #wakeSignal = new WakeSignal();
  /** ends claims and waits */
  readonly #stop = new AbortController();
  /** cancels requests in flight */
  readonly #cancel = new AbortController();
  #failure: unknown;
  #priorityMax: number = PRIORITY.backfill;
  #open = true;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#recorder = new ResponseRecorder(options);
    this.#slots = pLimit(options.settings.concurrency);
  }

  wake(): void {
    this.#isReadyStale = true;
    this.#wakeSignal.notify();
  }

  close(): void {
    this.#open = false;
    this.#wakeSignal.notify();
  }

  async run(): Promise<PushReport> {
    const { signal } = this.#options;
    const onAbort = () => {
      this.#stopFor({ kind: 'stop-requested', reason: signal.reason });
      void this.#cancelAfterGracePeriod();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      while (!this.#stop.signal.aborted && (await this.#claimOrWait())) {
        // Each iteration is one claim.
      }
    } catch (error) {
      this.#fail(error);
    }
    await Promise.all(this.#claimed.values());
    await Promise.all(this.#released);
    const stop = this.#recorder.end();
    if (stop) this.#stopFor(stop);
    // Only now: a stop requested while the last requests hang must still cancel them.
    signal.removeEventListener('abort', onAbort);
    this.#cancel.abort(this.#stop.signal.reason);
    if (this.#failure !== undefined) throw this.#failure;
    return this.#recorder.report;
  }

  async #cancelAfterGracePeriod(): Promise<void> {
    try {
      await this.#options.clock.sleep(STOP_LIMITS.drainMsMax, this.#cancel.signal);
    } catch {
      // All requests in flight ended within the grace period.
    }
    this.#cancel.abort(this.#stop.signal.reason);
  }

  /** False once no event is left and no more will be committed. */
  async #claimOrWait(): Promise<boolean> {
    // Read before the claim, so that the claim sees everything committed before `close`.
    const open = this.#open;
    const free = this.#freeSlots();
    const events = free > 0 ? await this.#nextEvents(free) : [];
    for (const event of events) this.#start(event);
    if (events.length > 0) return true;
    if (!open && free > 0 && this.#claimed.size === 0) return false;
    await this.#wakeSignal.wait();
    return true;
  }

  #freeSlots(): number {
    const { concurrency } = this.#options.settings;
    const free = concurrency - this.#slots.activeCount - this.#slots.pendingCount;
    return Math.min(free, this.#claimableMax());
  }

  #claimableMax(): number {
    const { concurrency } = this.#options.settings;
    return concurrency + PUSH_LIMITS.waitingMax - this.#claimed.size;
  }

  /** Up to `free` events. One claim finds as many as can be claimed: slots become free singly. */
  async #nextEvents(free: number): Promise<QueuedEvent[]> {
    this.#endBackfillInTime();
    // Neighbours in the queue are often alike, so what was blocked is compared with the other end.
    const order = this.#recorder.isBlockUndecided ? 'from the end' : 'from the start';
    if (this.#isReadyStale || order === 'from the end') this.#ready = [];
    if (this.#ready.length === 0) {
      this.#isReadyStale = false;
      this.#ready = await this.#claim(
        order === 'from the end' ? free : this.#claimableMax(),
        order,
      );
    }
    return this.#ready.splice(0, free);
  }

  #claim(limit: number, order: NonNullable<Claim['order']>): Promise<QueuedEvent[]> {
    const { db, tenant, runStartedAt } = this.#options;
    const alreadyClaimed = [...this.#claimed.keys()];
    const isBackfillWaiting = this.#open && this.#options.isBackfillLast;
    const priorityMax = isBackfillWaiting ? PRIORITY.fresh : this.#priorityMax;
    return claimPending(db, { tenant, alreadyClaimed, limit, runStartedAt, priorityMax, order });
  }

  #start(event: QueuedEvent): void {
    const delivery = this.#deliver(event)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#claimed.delete(event.eventId);
        this.#wakeSignal.notify();
      });
    this.#claimed.set(event.eventId, delivery);
  }

  async #deliver(event: QueuedEvent): Promise<void> {
    let failedAttempts = 0;
    while (!this.#stop.signal.aborted) {
      const response = await this.#slots(() => this.#sendInSlot(event));
      if (response && isSuccess(response)) {
        this.#wakeSignal.notify();
        await this.#record(event, response);
      }
      if (response?.isBlocked) return this.#reportSettled(event, 'exhausted');
      if (!response || response.kind === 'refused') return;
      if (response.kind === 'throttled') continue;
      if (response.kind !== 'unavailable') return this.#reportSettled(event, response.kind);
      failedAttempts += 1;
      if (failedAttempts >= PUSH_LIMITS.attemptsPerRunMax) {
        await this.#recorder.defer(event, response);
        return this.#reportSettled(event, 'exhausted');
      }
      this.#wakeSignal.notify();
      await this.#waitForRetry(failedAttempts);
    }
  }

  /**
   * A success frees its slot before it is on record, so that the next request does not wait for the
   * commit. Any other response can decide about the next requests: it frees its slot once it is on
   * record.
   */
  async #sendInSlot(event: QueuedEvent): Promise<GongResponse | undefined> {
    const response = await this.#send(event);
    if (response && !isSuccess(response)) await this.#record(event, response);
    return response;
  }

  /** Sends one request, with a permit. Returns undefined if the event must not be sent any more. */
  async #send(event: QueuedEvent): Promise<GongResponse | undefined> {
    const { gong, clock, onCall, onResponse } = this.#options;
    const permitted = await this.#permitAndBody(event);
    if (permitted === undefined) return undefined;
    const { permit, body } = permitted;
    let sentAt: number | undefined;
    const onSent = () => {
      onCall();
      permit.sent();
      sentAt = clock.now();
    };
    const request = gong.shareContent(body, this.#cancel.signal, onSent);
    const response = await this.#unlessStopped(request).finally(() => this.#release(permit));
    if (response && sentAt !== undefined) onResponse(response, clock.now() - sentAt);
    return response;
  }

  /**
   * The wait can take minutes: until the event is sent, an operator can skip or change it, and this
   * run can lose its lease. While the body is read, the database can be slow, or its server can
   * restart: a permit whose slot has passed by then is replaced, but not without end.
   */
  async #permitAndBody(
    event: QueuedEvent,
  ): Promise<{ readonly permit: Permit; readonly body: string } | undefined> {
    const { db, lease, tenant } = this.#options;
    for (let late = 0; ; late += 1) {
      const permit = await this.#permitFor(event);
      if (permit === undefined) return undefined;
      const body = await pendingBody(db, lease, { tenant, eventId: event.eventId });
      const isUsable = late >= PACE_LIMITS.lateInRowMax || !permit.isLate();
      if (body !== undefined && isUsable) return { permit, body };
      await permit.release();
      if (body === undefined) return undefined;
    }
  }

  /** Does not delay the slot: the next permit's transaction also corrects the count. */
  #release(permit: Permit): void {
    const released = permit
      .release()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#released.delete(released));
    this.#released.add(released);
  }

  /** Returns undefined if this run has no permit left for the event. */
  async #permitFor({ priority }: QueuedEvent): Promise<Permit | undefined> {
    const { pacer, settings, callsForFresh } = this.#options;
    this.#endBackfillInTime();
    // Another event can have used up the backfill's part of the day since the claim.
    if (priority > this.#priorityMax) return undefined;
    const isBackfilled = priority === PRIORITY.backfill;
    const callsPerDay = settings.callsPerDay - (isBackfilled ? callsForFresh : 0);
    const acquiring = pacer.acquire({ ...settings, callsPerDay }, this.#stop.signal);
    const permit = await this.#unlessStopped(acquiring);
    if (!permit || this.#stop.signal.aborted) return undefined;
    if (permit.kind === 'granted') return permit;
    if (isBackfilled && permit.reason === 'day-used-up') this.#priorityMax = PRIORITY.fresh;
    else this.#stopFor({ kind: 'waiting', reason: permit.reason, until: permit.until });
    return undefined;
  }

  #endBackfillInTime(): void {
    const { clock, backfillUntil } = this.#options;
    if (clock.now() >= backfillUntil) this.#priorityMax = PRIORITY.fresh;
  }

  async #record(event: QueuedEvent, response: GongResponse): Promise<void> {
    const isRefusal = response.kind === 'refused' && !response.isBlocked;
    if (isRefusal) return this.#stopFor({ kind: 'refused', response });
    // After one database failure, every further write would wait for its timeout. The next run
    // sends unsettled events again, and Gong responds that it has them.
    if (this.#failure !== undefined) return;
    const stop = await this.#recorder.record(event, response);
    if (stop) this.#stopFor(stop);
  }

  #reportSettled({ eventId }: QueuedEvent, outcome: SettledEvent['outcome']): void {
    this.#options.onSettled(this.#recorder.report, { eventId, outcome });
  }

  async #waitForRetry(failedAttempts: number): Promise<void> {
    const { clock, random } = this.#options;
    const delayMs = retryDelayMs(failedAttempts, random());
    await this.#unlessStopped(clock.sleep(delayMs, this.#stop.signal));
  }

  /** Resolves to undefined if the stop interrupted the wait: the event stays pending. */
  async #unlessStopped<T>(wait: Promise<T>): Promise<T | undefined> {
    try {
      return await wait;
    } catch (error) {
      if (this.#stop.signal.aborted && error === this.#stop.signal.reason) return undefined;
      throw error;
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#stopFor({ kind: 'stop-requested', reason: error });
  }

  #stopFor(stop: PushStop): void {
    const { report } = this.#recorder;
    // What the operator must fix is reported even if pushing had already stopped to wait.
    if (stop.kind === 'refused') report.stop = stop;
    report.stop ??= stop;
    if (!this.#stop.signal.aborted) this.#stop.abort(new Error('pushing ended'));
    this.#wakeSignal.notify();
  }
}

function isSuccess({ kind }: GongResponse): boolean {
  return kind === 'accepted' || kind === 'duplicate';
}
