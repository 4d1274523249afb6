import type { Clock } from '../../lib/clock.ts';
import { RetryableError } from '../../lib/errors.ts';
import { Throttled } from './errors.ts';
import { GOOGLE_LIMITS } from './limits.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** from 0 to 1, as Math.random */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/**
 * Tries until it succeeds, fails for good, or five tries are used up; then the last error is
 * thrown. `attempt` gets the number of the try, and waits itself for a quota that is used up.
 */
export async function withRetries<T>(
  attempt: (tries: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { clock, random, signal } = options;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(tries);
    } catch (error) {
      if (!(error instanceof RetryableError) || tries >= GOOGLE_LIMITS.triesMax) throw error;
      if (isTooLong(error)) throw error;
      if (!(error instanceof Throttled)) {
        await clock.sleep(retryDelayMs(error, { tries, random }), signal);
      }
    }
  }
}

/** Google asks to wait longer than is worth it in one run. */
export function isTooLong({ retryAfterMs = 0 }: RetryableError): boolean {
  return retryAfterMs > GOOGLE_LIMITS.retryAfterMsMax;
}

/** Waits grow and are jittered over their whole length; a Retry-After is kept at least. */
export function retryDelayMs(
  error: RetryableError,
  { tries, random }: { readonly tries: number; readonly random: () => number },
): number {
  const jitteredMs = Math.round(random() * longestDelayMs(error, tries));
  return Math.max(error.retryAfterMs ?? 0, jitteredMs);
}

/** A minute's quota is there again when the minute is over: four waits outlast it. */
function longestDelayMs(error: RetryableError, tries: number): number {
  if (error instanceof Throttled && error.perMinute) return GOOGLE_LIMITS.minuteMs;
  const { retryDelayMsMin, retryDelayMsMax } = GOOGLE_LIMITS;
  return Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** (tries - 1));
}
