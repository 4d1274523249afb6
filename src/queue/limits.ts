/** The limits of this module, by name and unit. */

export const QUEUE_LIMITS = {
  /** per process, in addition to those of the database */
  connectionsMax: 4,
  /** between two looks into the queue by a worker with a free slot */
  pollMs: 1_000,
  /** between two looks while the database cannot be reached */
  pollAfterFailureMs: 5_000,
  /** between two signs of life of a worker and its runs */
  heartbeatMs: 5_000,
  /** a run without a sign of life for this time is taken from its worker */
  heartbeatSecondsMax: 15,
  /** between two searches for such runs, by all processes together */
  monitorSeconds: 10,
  /** pg-boss takes a run from its worker after this; the tenant's lease prevents a second run */
  runSecondsMax: 24 * 60 * 60,
  /** until another worker gets the run of a dead one; its lease then expires soon */
  retryDelaySeconds: 2,
  /** dead workers, not failures of runs, use up these retries; `start` then queues the run again */
  retriesMax: 1_000,
  /** how long a finished entry stays in the table */
  keptSeconds: 60 * 60,
  /** how long a waiting entry stays, if no worker is alive; `start` then queues the run again */
  waitingSecondsMax: 7 * 24 * 60 * 60,
  /** the delay if another run has the tenant's lock: a dead run loses it within 45 s */
  busyDelayMs: 5_000,
  /** after this number of delays, a minute, the other run is alive */
  busyDelaysMax: 12,
  /** the delay from then on, and the time between two warnings */
  longBusyDelayMs: 60_000,
  /** a backfill yields its slot after this */
  sliceMs: 10 * 60_000,
  /** what is still read at the end of a slice is interrupted after this */
  sliceGraceMs: 5_000,
  /** the delay of a backfill's next slice if one could do nothing: no calls are left, or a failure */
  idleSliceDelayMs: 30 * 60_000,
  /** the wait for the last statements when a process ends */
  closeMsMax: 2_000,
} as const;

/** Higher ones first. */
export const PRIORITY = { due: 10, history: 0 } as const;
