import type { LeaseKey } from '../db/leases.ts';
import { CALL_LIMITS } from '../db/limits.ts';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { retryDelayMs } from '../outbox/backoff.ts';
import { deferToNextRun, type QueuedEvent, type Settlement, settle } from '../outbox/queue.ts';
import type { GongResponse } from '../vendors/gong/response.ts';
import { BlockedEvents } from './blocked-events.ts';
import { PUSH_LIMITS } from './limits.ts';
import type { Pacer } from './pacer.ts';
import { RejectionStreak } from './rejection-streak.ts';
import type { PushReport, PushStop } from './report.ts';
import { TurnGroup } from './turn-group.ts';

export interface RecordOptions {
  readonly db: Database;
  readonly lease: LeaseKey;
  readonly tenant: string;
  /** epoch milliseconds: an event that was deferred after it waits for a later run */
  readonly runStartedAt: number;
  readonly pacer: Pacer;
  readonly clock: Clock;
  /** in [0, 1) */
  readonly random: () => number;
}

/** Records Gong's responses in the outbox and in the report. */
export class ResponseRecorder {
  readonly report: PushReport = { delivered: 0, duplicates: 0, rejected: 0, exhausted: 0 };
  readonly #options: RecordOptions;
  readonly #streak = new RejectionStreak(PUSH_LIMITS.sameRejectionsMax);
  readonly #blocked = new BlockedEvents();
  readonly #settlements: TurnGroup<Settlement>;
  #throttledInRow = 0;

  constructor(options: RecordOptions) {
    this.#options = options;
    const { db, lease } = options;
    this.#settlements = new TurnGroup((settlements) => settle(db, lease, settlements));
  }

  /** True while it is unknown whether a 403 concerns one event or all: see BlockedEvents. */
  get isBlockUndecided(): boolean {
    return this.#blocked.isUndecided;
  }

  /**
   * Returns the reason to stop pushing, if the response is one. Resolves once the response is
   * committed, together with those that arrived in the same turn of the event loop.
   */
  async record(event: QueuedEvent, response: GongResponse): Promise<PushStop | undefined> {
    await this.#settle(event, response);
    if (response.kind === 'throttled') return this.#throttle(response);
    this.#throttledInRow = 0;
    if (response.kind === 'accepted') this.report.delivered += 1;
    if (response.kind === 'duplicate') this.report.duplicates += 1;
    if (response.kind === 'rejected') this.report.rejected += 1;
    if (response.kind === 'accepted' || response.kind === 'duplicate') {
      this.#reportBlocked(this.#blocked.pass());
    }
    if (response.isBlocked) return this.#block(event, response);
    if (!this.#streak.reached(response)) return undefined;
    return { kind: 'same-rejections', errors: response.errors };
  }

  /** Call it once, after the last response. Returns the reason why nothing could be sent, if any. */
  end(): PushStop | undefined {
    const end = this.#blocked.end();
    if ('kind' in end) return end;
    this.#reportBlocked(end);
    return undefined;
  }

  /** Leaves the event to the next run, so that others are tried in this one. */
  async #block(event: QueuedEvent, response: GongResponse): Promise<PushStop | undefined> {
    await this.#deferEvent(event);
    return this.#blocked.add(event.eventId, response);
  }

  #reportBlocked(eventIds: readonly string[]): void {
    if (eventIds.length === 0) return;
    const { count = 0, eventIds: named = [] } = this.report.blocked ?? {};
    this.report.blocked = {
      count: count + eventIds.length,
      eventIds: [...named, ...eventIds].slice(0, PUSH_LIMITS.blockedNamedMax),
    };
  }

  /** Defers an event that has used up its attempts to the next run. */
  async defer(event: QueuedEvent, response: GongResponse): Promise<void> {
    await this.#deferEvent(event);
    this.report.exhausted += 1;
    this.report.lastFailure = response.errors[0] ?? `HTTP ${response.status}`;
  }

  async #deferEvent({ eventId }: QueuedEvent): Promise<void> {
    const { db, lease, tenant, clock, runStartedAt } = this.#options;
    // Later than this run's start even if the clock was set back, or it would be claimed again.
    const at = Math.max(clock.now(), runStartedAt + 1);
    await deferToNextRun(db, lease, { tenant, eventId, at });
  }

  async #settle(event: QueuedEvent, response: GongResponse): Promise<void> {
    const { tenant, clock } = this.#options;
    await this.#settlements.add({
      tenant,
      eventId: event.eventId,
      at: clock.now(),
      outcome: response.kind,
      errors: response.errors,
      ...STATE_EVENT[response.kind],
      ...(response.status !== undefined && { status: response.status }),
      ...(response.requestId !== undefined && { requestId: response.requestId }),
      ...(response.integrationId !== undefined && { integrationId: response.integrationId }),
    });
  }

  async #throttle(response: GongResponse): Promise<PushStop | undefined> {
    const { pacer, random } = this.#options;
    const { retryAfterMs = 0 } = response;
    this.#throttledInRow += 1;
    if (retryAfterMs > CALL_LIMITS.pauseMsMax) this.report.cappedRetryAfterMs = retryAfterMs;
    if (this.#throttledInRow >= PUSH_LIMITS.throttledInRowMax) {
      return { kind: 'waiting', reason: 'throttled' };
    }
    await pacer.pause(response.retryAfterMs ?? retryDelayMs(this.#throttledInRow, random()));
    return undefined;
  }
}

/** The state event of each kind of response. Without one, the event stays pending. */
const STATE_EVENT: Readonly<Record<GongResponse['kind'], Pick<Settlement, 'stateEvent'>>> = {
  accepted: { stateEvent: 'accept' },
  duplicate: { stateEvent: 'conflict' },
  rejected: { stateEvent: 'reject' },
  refused: {},
  throttled: {},
  unavailable: {},
};
