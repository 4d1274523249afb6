import type { Clock } from '../../lib/clock.ts';

/** A Date header has whole seconds. */
const DATE_STEP_MS = 1_000;

/**
 * A vendor's time, from the Date headers of its responses. It is this machine's time unless a
 * response proves that the two differ: then it is the earliest time that the response allows. It is
 * never before the latest response, even if this machine's clock is set back.
 */
export class VendorTime {
  readonly #clock: Clock;
  #offsetMs = 0;
  #isKnown = false;
  #latestDate = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Epoch milliseconds; this machine's time before the first response. */
  now(): number {
    return Math.max(this.#clock.now() + this.#offsetMs, this.#latestDate);
  }

  /** True once a response had a Date header. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** `sentAt`: epoch milliseconds of this machine's clock, when the request was sent. */
  learn(headers: Readonly<Record<string, string>>, sentAt: number): void {
    const date = Date.parse(headers['date'] ?? '');
    if (Number.isNaN(date)) return;
    this.#isKnown = true;
    this.#latestDate = date;
    // The vendor wrote the date at some time between the sending and now.
    const offsetMsMin = date - this.#clock.now();
    const offsetMsMax = date + DATE_STEP_MS - sentAt;
    this.#offsetMs = offsetMsMin <= 0 && offsetMsMax >= 0 ? 0 : offsetMsMin;
  }
}
