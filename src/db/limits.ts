/** The limits of this module, by name and unit. */

/** so that a dead holder's lease expires within a minute */
const LEASE_MS = 45_000;

export const DATABASE_LIMITS = {
  /** how long one attempt waits for another process's lock; it blocks the event loop */
  busyTimeoutMs: 50,
  /** between two attempts */
  lockRetryMs: 50,
  /** the longest wait: the term of a lease, after which a suspended process has lost its own */
  lockWaitMsMax: LEASE_MS,
  /** the longest wait once a stop was requested: the process then has ten seconds */
  lockWaitAfterStopMsMax: 5_000,
  preparedStatementsMax: 200,
  /** an event has about 3 kB: a page holds five; one of SQLite's default size (4 kB) holds one */
  pageBytes: 16_384,
  /** SQLite's page cache; better-sqlite3 sets 16 MB by default, but a sync only appends */
  cacheKibibytes: 4_096,
  /** SQLite allows 32,766 parameters per statement, but small statements compile fast */
  rowsPerInsertMax: 100,
  idsPerQueryMax: 500,
} as const;

export const LEASE_LIMITS = {
  leaseMs: LEASE_MS,
  heartbeatMs: 15_000,
  /** how far the clocks of two machines can differ; with the term, still less than a minute */
  clockDifferenceMsMax: 10_000,
  /** between two attempts to take a lease that is free soon */
  pollMs: 100,
} as const;

export const CALL_LIMITS = {
  dayMs: 24 * 60 * 60_000,
  /** the longest pause for a Retry-After; a longer one is a mistake, or hostile */
  pauseMsMax: 24 * 60 * 60_000,
  /** older calls are folded into buckets of a minute */
  exactMs: 2 * 60_000,
  bucketMs: 60_000,
} as const;

export const PRUNING_LIMITS = {
  /** per tenant, regardless of age */
  runsKeptMin: 100,
  runsPerBatchMax: 500,
} as const;

export const BACKUP_LIMITS = {
  /** pages copied per step: some megabytes, in some milliseconds */
  pagesPerStep: 512,
  /** how long a backup or restore waits for another process's lock */
  lockWaitMsMax: 5_000,
} as const;
