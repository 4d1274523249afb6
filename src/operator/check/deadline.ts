import type { Clock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { CHECK_LIMITS } from './limits.ts';

/** The vendors had no more time: the check of each says what to do. */
export class CheckTimeout extends UserError {
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
  /** Ends the requests that are still in flight. */
  end(): void;
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
  return {
    signal: both,
    race: (work) => Promise.race([work, aborted]),
    end: () => {
      ended.abort();
      over.abort(new CheckTimeout());
    },
  };
}
