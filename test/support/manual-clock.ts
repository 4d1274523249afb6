import type { Clock } from '../../src/lib/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that moves only when advanced. It wakes each sleeper when it passes its time. */
export class ManualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(now = Date.UTC(2026, 10, 2, 2)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** the number of pending sleeps */
  get sleepers(): number {
    return this.#sleepers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const sleeper = { until: this.#now + ms, wake: () => finish(resolve) };
      const abandon = () => finish(() => reject(signal?.reason));
      const finish = (settle: () => void) => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener('abort', abandon);
        settle();
      };
      signal?.addEventListener('abort', abandon);
      this.#sleepers.push(sleeper);
      if (ms <= 0) sleeper.wake();
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) if (sleeper.until <= this.#now) sleeper.wake();
  }
}
