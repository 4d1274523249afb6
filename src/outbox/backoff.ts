import { BACKOFF_LIMITS } from './limits.ts';

/**
 * The delay after the n-th failed attempt (from 1): exponential backoff with full jitter, so that
 * senders that failed together do not retry together. `random` is in [0, 1).
 */
export function retryDelayMs(failedAttempts: number, random: number): number {
  return Math.round(random * retryDelayMsMax(failedAttempts));
}

/** The longest delay after the n-th failed attempt. The table in docs/failures.md prints it. */
export function retryDelayMsMax(failedAttempts: number): number {
  const doubled = BACKOFF_LIMITS.retryDelayMsMin * 2 ** (failedAttempts - 1);
  return Math.min(doubled, BACKOFF_LIMITS.retryDelayMsMax);
}
