import type { Clock } from '../../lib/clock.ts';
import { RetryableError } from '../../lib/errors.ts';
import { HTTP_LIMITS } from './limits.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** from 0 to 1, as Math.random */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** true: after this error, the next `attempt` waits by itself */
  readonly isPaced?: (error: RetryableError) => boolean;
  /** true: the error does not count as a failed attempt; called once for each error */
  readonly isFree?: (error: RetryableError) => boolean;
}

/**
 * Repeats `attempt`, which receives the number of the attempt, until it succeeds, fails
 * permanently, or five attempts have failed. Then throws the last error.
 */
export async function withRetries<T>(
  attempt: (attempts: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { clock, random, signal, isPaced, isFree } = options;
  for (let attempts = 1; ; ) {
    try {
      return await attempt(attempts);
    } catch (error) {
      if (!(error instanceof RetryableError) || isTooLong(error)) throw error;
      const counts = isFree?.(error) !== true;
      if (counts && attempts >= HTTP_LIMITS.attemptsMax) throw error;
      if (!isPaced?.(error)) await clock.sleep(retryDelayMs(error, { attempts, random }), signal);
      if (counts) attempts += 1;
    }
  }
}

/** The vendor requests a longer wait than one run should take. */
export function isTooLong({ retryAfterMs = 0 }: RetryableError): boolean {
  return retryAfterMs > HTTP_LIMITS.retryAfterMsMax;
}

export interface DelayOptions {
  /** how many attempts have failed */
  readonly attempts: number;
  readonly random: () => number;
  /** default: exponential backoff */
  readonly delayMsMax?: number | undefined;
}

/** Full jitter, from 0 to the longest delay; never shorter than a Retry-After. */
export function retryDelayMs({ retryAfterMs = 0 }: RetryableError, options: DelayOptions): number {
  const { attempts, random, delayMsMax = backoffMs(attempts) } = options;
  return Math.max(retryAfterMs, Math.round(random() * delayMsMax));
}

function backoffMs(attempts: number): number {
  const { retryDelayMsMin, retryDelayMsMax } = HTTP_LIMITS;
  return Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** (attempts - 1));
}
