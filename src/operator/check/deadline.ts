import type { Clock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { CHECK_LIMITS } from './limits.ts';

/** The vendors had no more time: the check of each says what to do. */
class CheckTimeout extends UserError {
  override readonly name = 'CheckTimeout';

  constructor() {
    super(`no complete response within ${CHECK_LIMITS.vendorsMsMax / 1_000} s`);
  }
}

/** The time that all vendors have together. */
export interface Deadline {
  /** aborted when the time is over, or when a stop was requested */
  readonly signal: AbortSignal;
  /** Rejects when the time is over, even if `work` cannot be aborted. */
  race<T>(work: Promise<T>): Promise<T>;
  /**
   * Ends the requests that are still in flight. Resolves once they have ended, or after the drain: a
   * request for a single-use token cannot be aborted, and its response is the only copy of the next.
   */
  end(): Promise<void>;
}

export function startDeadline({
  clock,
  signal,
}: {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Deadline {
  const over = new AbortController();
  const ended = new AbortController();
  clock.sleep(CHECK_LIMITS.vendorsMsMax, ended.signal).then(
    () => over.abort(new CheckTimeout()),
    () => {},
  );
  const both = AbortSignal.any([over.signal, signal]);
  const aborted = new Promise<never>((_resolve, reject) => {
    if (both.aborted) reject(both.reason);
    else both.addEventListener('abort', () => reject(both.reason), { once: true });
  });
  // Without a race in progress, no one handles it.
  aborted.catch(() => {});
  const running = new Set<Promise<unknown>>();
  return {
    signal: both,
    race: (work) => {
      running.add(work);
      return Promise.race([work, aborted]);
    },
    end: async () => {
      ended.abort();
      over.abort(new CheckTimeout());
      await settled([...running], clock);
    },
  };
}

async function settled(works: readonly Promise<unknown>[], clock: Clock): Promise<void> {
  const drained = new AbortController();
  const drain = clock.sleep(CHECK_LIMITS.drainMsMax, drained.signal).catch(() => {});
  await Promise.race([Promise.allSettled(works), drain]);
  drained.abort();
}
