import { setTimeout as delay } from 'node:timers/promises';

/** The only source of time. Epoch milliseconds; given in, so that tests and the sandbox move it. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: realSleep,
};

/** A clock that runs like the system's, `offsetMs` ahead of it; the offset can grow. */
export class ShiftedClock implements Clock {
  #offsetMs = 0;

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return realSleep(ms, signal);
  }

  /** Moves time forward by `ms`; waits that are under way keep their length. */
  advance(ms: number): void {
    this.#offsetMs += ms;
  }
}

async function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(Math.max(0, ms), undefined, signal ? { signal } : {});
  } catch (error) {
    // Node wraps the reason in an AbortError of its own; callers want the reason they gave.
    throw signal?.aborted ? signal.reason : error;
  }
}
