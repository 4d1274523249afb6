import type { CallLimits } from '../../src/db/calls.ts';
import { CALL_LIMITS } from '../../src/db/limits.ts';

/** What `reserve` did. Times are epoch milliseconds. */
export interface Reservation {
  calls: number;
  /** the time of the last call, and of the last response */
  lastSentAt: number;
  respondedAt: number;
  /** when the oldest call leaves the day, if the day is used up */
  usedUpUntil: number | undefined;
}

interface Bucket {
  readonly at: number;
  calls: number;
}

/**
 * The calls of one Gong account, as `db/calls.ts` counts them: exactly in the short window, and per
 * minute, at the minute's end, in the sliding day. It is synchronous, because a year has a hundred
 * million calls. simulation.test.ts compares it with the real pacer.
 */
export class ModeledAccount {
  pausedUntil = 0;
  readonly #burst: CallLimits['burst'];
  /** the last `burst.calls` times of sending, as a ring */
  readonly #recent: Float64Array;
  #oldest = 0;
  readonly #buckets: Bucket[] = [];
  #callsOfDay = 0;

  constructor(burst: CallLimits['burst']) {
    this.#burst = burst;
    this.#recent = new Float64Array(burst.calls).fill(Number.NEGATIVE_INFINITY);
  }

  /** Sends up to `count` calls, each as soon as a request of the run and the limits allow it. */
  reserve(request: {
    readonly from: number;
    /** no call is sent after it */
    readonly until: number;
    readonly count: number;
    readonly callsPerDay: number;
    /** of the requests in flight: when each ends */
    readonly inFlight: Float64Array;
    readonly latencyMs: () => number;
    readonly onCall: (at: number) => void;
  }): Reservation {
    const { from, until, count, callsPerDay, inFlight, latencyMs, onCall } = request;
    const done: Reservation = {
      calls: 0,
      lastSentAt: from,
      respondedAt: from,
      usedUpUntil: undefined,
    };
    while (done.calls < count) {
      const slot = earliest(inFlight);
      const at = Math.max(from, inFlight[slot] ?? 0, this.#nextAt());
      if (at > until) break;
      this.#forgetBefore(at - CALL_LIMITS.dayMs);
      if (this.#callsOfDay >= callsPerDay) {
        done.usedUpUntil = (this.#buckets[0]?.at ?? at) + CALL_LIMITS.dayMs;
        break;
      }
      this.#count(at);
      onCall(at);
      inFlight[slot] = at + latencyMs();
      done.calls += 1;
      done.lastSentAt = at;
      done.respondedAt = Math.max(done.respondedAt, inFlight[slot] ?? at);
    }
    return done;
  }

  #nextAt(): number {
    return (this.#recent[this.#oldest] ?? 0) + this.#burst.windowMs;
  }

  #count(at: number): void {
    this.#recent[this.#oldest] = at;
    this.#oldest = (this.#oldest + 1) % this.#recent.length;
    this.#callsOfDay += 1;
    const end = at - (at % CALL_LIMITS.bucketMs) + CALL_LIMITS.bucketMs - 1;
    const last = this.#buckets.at(-1);
    if (last?.at === end) last.calls += 1;
    else this.#buckets.push({ at: end, calls: 1 });
  }

  #forgetBefore(time: number): void {
    let first = this.#buckets[0];
    while (first !== undefined && first.at <= time) {
      this.#callsOfDay -= first.calls;
      this.#buckets.shift();
      first = this.#buckets[0];
    }
  }
}

function earliest(times: Float64Array): number {
  let earliestIndex = 0;
  for (let index = 1; index < times.length; index += 1) {
    if ((times[index] ?? 0) < (times[earliestIndex] ?? 0)) earliestIndex = index;
  }
  return earliestIndex;
}
