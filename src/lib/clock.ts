import { setTimeout as delay } from 'node:timers/promises';

/** The only source of time, in epoch milliseconds. Injected, so that tests can control it. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: realSleep,
};

/** The system's clock plus an offset, which only grows. */
export class ShiftedClock implements Clock {
  #offsetMs = 0;

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return realSleep(ms, signal);
  }

  /** Moves time forward by `ms`. Pending sleeps keep their duration. */
  advance(ms: number): void {
    this.#offsetMs += ms;
  }
}

async function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(Math.max(0, ms), undefined, signal ? { signal } : {});
  } catch (error) {
    // Node wraps the reason in its own AbortError; callers compare with the reason they passed.
    throw signal?.aborted ? signal.reason : error;
  }
}
