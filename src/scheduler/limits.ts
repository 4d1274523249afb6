/** The limits of this module, by name and unit. */

export const SCHEDULE_LIMITS = {
  /** spreads the starts of tenants with the same due time */
  jitterMsMax: 60_000,
  /** the delay before a retry if the tenant was busy or the database failed */
  retryMs: 3 * 60_000,
  /** the delay doubles up to this while the database keeps failing */
  retryMsMax: 30 * 60_000,
  /** between two checks whether a worker has done a due run that is in the shared queue */
  queuedCheckMs: 3 * 60_000,
  /** a due time noticed later than this was missed, and its run is a catch-up */
  lateMs: 2 * 60_000,
  /** a run dated further ahead than this was recorded with a wrong clock and does not count */
  clockSkewMsMax: 60_000,
  housekeepingMs: 60 * 60_000,
} as const;
