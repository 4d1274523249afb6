import { isTooLong, retryDelayMs } from '../http/retry.ts';
import type { Throttled } from './errors.ts';
import { GOOGLE_LIMITS } from './limits.ts';
import type { QuotaGate } from './quota-gate.ts';

export interface UsedUpQuota {
  readonly quota: string;
  readonly error: Throttled;
  /** the number of the attempt that met it */
  readonly attempts: number;
  /** from 0 to 1, as Math.random */
  readonly random: () => number;
}

/** Waits out the minute, or as long as Google says unless that has not helped. */
export function blockQuota(gate: QuotaGate, { quota, error, attempts, random }: UsedUpQuota): void {
  if (isTooLong(error)) return;
  const { minuteMs } = GOOGLE_LIMITS;
  const { retryAfterMs = minuteMs } = error;
  const delayMs = error.isCertain
    ? Math.max(retryAfterMs, gate.usedUpMs(quota) > retryAfterMs ? minuteMs : 0)
    : retryDelayMs(error, { attempts, random, delayMsMax: minuteMs });
  gate.block(quota, delayMs);
}
