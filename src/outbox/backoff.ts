import { BACKOFF_LIMITS } from './limits.ts';

/**
 * How long to wait after the n-th failed try (from 1): a random part of 1 s, 2 s, 4 s … up to a
 * minute. Full jitter, because senders that failed together must not come back together.
 * `random` is in [0, 1).
 */
export function retryDelayMs(failedTries: number, random: number): number {
  return Math.round(random * retryDelayMsMax(failedTries));
}

/** The longest wait after the n-th failed try: what the table in docs/failures.md prints. */
export function retryDelayMsMax(failedTries: number): number {
  const doubled = BACKOFF_LIMITS.retryDelayMsMin * 2 ** (failedTries - 1);
  return Math.min(doubled, BACKOFF_LIMITS.retryDelayMsMax);
}
