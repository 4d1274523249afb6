import type { Clock } from '../lib/clock.ts';
import { isLocked } from './failures.ts';
import { DATABASE_LIMITS } from './limits.ts';

/**
 * Repeats work that fails because another process has locked the database. Between two attempts, the
 * event loop runs: SQLite's own wait would block it. A process that was suspended inside a transaction
 * keeps its lock, so the wait is as long as a lease.
 */
export class LockWait {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;

  constructor(options: { readonly clock: Clock; readonly signal?: AbortSignal }) {
    this.#clock = options.clock;
    this.#signal = options.signal;
  }

  /** Throws the last error once the wait is over. `work` must change nothing if it fails. */
  async retry<T>(work: () => Promise<T>): Promise<T> {
    const { busyTimeoutMs, lockRetryMs } = DATABASE_LIMITS;
    for (let waitedMs = 0; ; waitedMs += lockRetryMs) {
      try {
        return await work();
      } catch (error) {
        // Counted, not measured: a clock that is set does not end the wait.
        waitedMs += busyTimeoutMs;
        if (!isLocked(error) || waitedMs >= this.#waitMsMax) throw error;
      }
      await this.#clock.sleep(lockRetryMs);
    }
  }

  get #waitMsMax(): number {
    const { lockWaitMsMax, lockWaitAfterStopMsMax } = DATABASE_LIMITS;
    return this.#signal?.aborted ? lockWaitAfterStopMsMax : lockWaitMsMax;
  }
}
