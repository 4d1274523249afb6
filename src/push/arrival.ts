import { PACE_LIMITS } from './limits.ts';

/**
 * When a call arrived at Gong, which is what Gong counts. All that is known is when it was sent and
 * when the answer came. A call that took longer than is usual may have spent the difference on the
 * way there (a connection to make, a busy process on either side), so it is taken to have arrived
 * that much later; counting it too late costs a little pace, too early costs a 429.
 */
export class ArrivalEstimate {
  readonly #latest: number[] = [];

  /** Epoch milliseconds. Learns from each call. */
  estimate(sentAt: number, answeredAt: number): number {
    const tookMs = Math.max(0, answeredAt - sentAt);
    const lateMs = Math.max(0, tookMs - this.#usualMs());
    this.#latest.push(tookMs);
    if (this.#latest.length > PACE_LIMITS.latenciesKept) this.#latest.shift();
    return sentAt + Math.min(lateMs, PACE_LIMITS.arrivalMsMax);
  }

  /** The median; nothing is usual before a few answers came. */
  #usualMs(): number {
    if (this.#latest.length < PACE_LIMITS.latenciesMin) return 0;
    const sorted = this.#latest.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }
}
