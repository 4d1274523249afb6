/** The limits of this module, by name and unit. */

export const SCHEDULE_LIMITS = {
  /** so that the tenants of one minute do not start as one */
  jitterMsMax: 60_000,
  /** a turn that found its tenant held, or the database unfit, is tried again after so long */
  retryMs: 3 * 60_000,
  /** where the database stays unfit, the waits double up to this */
  retryMsMax: 30 * 60_000,
  /** a turn that is noticed later than this was missed, and is made up for */
  lateMs: 2 * 60_000,
  /** a run further ahead of this clock was written by one that went wrong, and serves no turn */
  clockSkewMsMax: 60_000,
  housekeepingMs: 60 * 60_000,
} as const;
