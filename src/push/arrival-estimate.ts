import { PACE_LIMITS } from './limits.ts';

/**
 * Estimates when a call arrived at Gong, because Gong counts arrivals. Only the times of sending
 * and of the response are known. A call that took longer than usual may have spent the difference
 * before its arrival (connecting, a busy process on either side), so the estimate adds it. A late
 * estimate costs a little pace; an early one costs a 429.
 */
export class ArrivalEstimate {
  readonly #latest: number[] = [];

  /** In epoch milliseconds. Also records the call's latency for later estimates. */
  estimate(sentAt: number, respondedAt: number): number {
    const tookMs = Math.max(0, respondedAt - sentAt);
    const lateMs = Math.max(0, tookMs - this.#usualMs());
    this.#record(tookMs);
    return sentAt + Math.min(lateMs, PACE_LIMITS.arrivalMsMax);
  }

  /**
   * The same if machines share the pace: the calls of one are not late together, as those of one
   * process are. Therefore, only half of the fastest call's latency counts as the time after an
   * arrival.
   */
  estimateShared(sentAt: number, respondedAt: number): number {
    const tookMs = Math.max(0, respondedAt - sentAt);
    this.#record(tookMs);
    const lateMs = tookMs - Math.min(...this.#latest) / 2;
    return sentAt + Math.min(lateMs, PACE_LIMITS.sharedArrivalMsMax);
  }

  #record(tookMs: number): void {
    this.#latest.push(tookMs);
    if (this.#latest.length > PACE_LIMITS.latenciesKept) this.#latest.shift();
  }

  /** The median latency; zero until a few responses have arrived. */
  #usualMs(): number {
    if (this.#latest.length < PACE_LIMITS.latenciesMin) return 0;
    const sorted = this.#latest.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }
}
