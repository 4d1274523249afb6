import type { GongResponse } from '../vendors/gong/response.ts';

/** Why pushing ended before the queue was empty. */
export type PushStop =
  /** Gong lets nobody in (key, scope, address, endpoint): a person has to mend it */
  | { readonly kind: 'refused'; readonly answer: GongResponse }
  /** what is wrong is the same for all events: going on would reject the whole queue */
  | { readonly kind: 'same-rejections'; readonly errors: readonly string[] }
  /** not an error: the rest goes out when Gong allows it */
  | {
      readonly kind: 'waiting';
      readonly reason: 'day-used-up' | 'paused' | 'throttled';
      readonly until?: number;
    }
  /** the run was asked to stop, or lost its lease: `reason` is what ended it */
  | { readonly kind: 'stop-requested'; readonly reason: unknown };

/** What pushing did in this run. */
export interface PushReport {
  delivered: number;
  duplicates: number;
  rejected: number;
  /** events whose five tries all failed: they stay pending for the next run */
  exhausted: number;
  /** what the last of those failures said */
  lastFailure?: string;
  stop?: PushStop;
}
