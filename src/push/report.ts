import type { GongResponse } from '../vendors/gong/response.ts';

/** Why pushing ended before the queue was empty. */
export type PushStop =
  /** Gong refuses every request (key, scope, IP address, endpoint): the operator must fix it */
  | {
      readonly kind: 'refused';
      readonly response: GongResponse;
      /** with a 403 that is not Gong's: the first events that were blocked */
      readonly eventIds?: readonly string[];
    }
  /** all events have the same error: continuing would reject the entire queue */
  | { readonly kind: 'same-rejections'; readonly errors: readonly string[] }
  /** not an error: the remaining events are sent when Gong allows it */
  | {
      readonly kind: 'waiting';
      readonly reason: 'day-used-up' | 'paused' | 'throttled';
      readonly until?: number;
    }
  /** a stop was requested, or the run lost its lease; `reason` is the cause */
  | { readonly kind: 'stop-requested'; readonly reason: unknown };

/** The result of pushing in one run. */
export interface PushReport {
  delivered: number;
  duplicates: number;
  rejected: number;
  /** events that used up their attempts: they stay pending for the next run */
  exhausted: number;
  /** the error of the last of those attempts */
  lastFailure?: string;
  /** events that something in front of Gong blocked, while Gong accepted others */
  blocked?: { readonly count: number; readonly eventIds: readonly string[] };
  /** a Retry-After that was longer than is believed; milliseconds */
  cappedRetryAfterMs?: number;
  stop?: PushStop;
}
