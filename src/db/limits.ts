/** The limits of this module, by name and unit. */

export const DATABASE_LIMITS = {
  /** how long a statement waits for another process's write */
  busyTimeoutMs: 5_000,
  /** between two tries to make a new file one with a write-ahead log */
  walRetryMs: 20,
  preparedStatementsMax: 200,
  /** an event has about 3 kB: five fit a page, where SQLite's usual 4 kB hold one */
  pageBytes: 16_384,
  /** SQLite's own memory for pages; better-sqlite3 would give it 16 MB, and a sync only appends */
  cacheKibibytes: 4_096,
  /** SQLite allows 32,766 parameters in a statement; small ones compile fast */
  rowsPerInsertMax: 100,
  idsPerQueryMax: 500,
} as const;

export const LEASE_LIMITS = {
  /** a dead holder's lease ends within a minute */
  leaseMs: 45_000,
  heartbeatMs: 15_000,
  /** between two tries to take a lease that is soon free */
  pollMs: 100,
} as const;

export const CALL_LIMITS = {
  dayMs: 24 * 60 * 60_000,
  /** calls older than this are folded into buckets of a minute */
  exactMs: 2 * 60_000,
  bucketMs: 60_000,
} as const;

export const PRUNING_LIMITS = {
  /** of each tenant, however old they are */
  runsKeptMin: 100,
  runsPerBatchMax: 500,
} as const;

export const BACKUP_LIMITS = {
  /** pages that are copied in one go: some megabytes, some milliseconds */
  pagesPerStep: 512,
} as const;
