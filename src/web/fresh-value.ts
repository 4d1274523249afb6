import type { Clock } from '../lib/clock.ts';

/**
 * Reads a value at most once per period, for all callers together. Its age counts from the end of
 * the reading; `restFactor` makes a slow reading rarer. A failure is not kept.
 */
export class FreshValue<Value> {
  readonly #options: FreshOptions<Value>;
  #reading: Promise<Value> | undefined;
  #freshUntil = Number.NEGATIVE_INFINITY;
  #startedAt = Number.NEGATIVE_INFINITY;

  constructor(options: FreshOptions<Value>) {
    this.#options = options;
  }

  get(): Promise<Value> {
    const now = this.#options.clock.now();
    // A clock that was set back must not keep an old value.
    const isKept = this.#reading && now < this.#freshUntil && now >= this.#startedAt;
    if (isKept && this.#reading) return this.#reading;
    return this.#read(now);
  }

  #read(now: number): Promise<Value> {
    const { clock, read, freshMs, restFactor = 0 } = this.#options;
    this.#startedAt = now;
    this.#freshUntil = Number.POSITIVE_INFINITY;
    const reading = read();
    this.#reading = reading;
    reading.then(
      () => {
        const endedAt = clock.now();
        this.#freshUntil = endedAt + Math.max(freshMs, restFactor * (endedAt - now));
      },
      () => {
        this.#freshUntil = Number.NEGATIVE_INFINITY;
      },
    );
    return reading;
  }
}

export interface FreshOptions<Value> {
  readonly clock: Clock;
  readonly read: () => Promise<Value>;
  readonly freshMs: number;
  readonly restFactor?: number;
}
