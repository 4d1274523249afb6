import type { Clock } from '../../lib/clock.ts';
import { RetryableError } from '../../lib/errors.ts';
import { SALESFORCE_LIMITS } from './limits.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** from 0 to 1, as Math.random */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/**
 * Tries until it succeeds, fails for good, or five tries are used up; then the last error is
 * thrown. Waits grow and are jittered over their whole length; a Retry-After is kept at least.
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RetryableError) || tries >= SALESFORCE_LIMITS.triesMax) throw error;
      const retryAfterMs = error.retryAfterMs ?? 0;
      if (retryAfterMs > SALESFORCE_LIMITS.retryAfterMsMax) throw error;
      const delayMs = Math.max(retryAfterMs, retryDelayMs(tries, options.random));
      await options.clock.sleep(delayMs, options.signal);
    }
  }
}

function retryDelayMs(tries: number, random: () => number): number {
  const { retryDelayMsMin, retryDelayMsMax } = SALESFORCE_LIMITS;
  return Math.round(random() * Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** (tries - 1)));
}
