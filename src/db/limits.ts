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
  /** of a long list of small rows that is read page by page */
  rowsPerPageMax: 1_000,
  idsPerQueryMax: 500,
  /** for a transaction that PostgreSQL rolls back so that others can continue */
  transactionAttemptsMax: 5,
} as const;

export const POSTGRES_LIMITS = {
  /** the oldest major version */
  versionMin: 14,
  /** per process */
  connectionsMax: 10,
  /** of the operator page, next to those of the runs */
  readingConnectionsMax: 4,
  /** of one connection, with TLS and login */
  connectMsMax: 10_000,
  /** between two attempts while the server restarts */
  connectRetryMs: 250,
  /** how long a statement waits until another one of this process has ended */
  freeConnectionMsMax: 60_000,
  /** after that, an unused connection is closed */
  idleConnectionMs: 30_000,
  /** a broken network is noticed after some of these */
  keepAliveMs: 10_000,
  statementMsMax: 60_000,
  /** longer than a statement: without an answer by then, the network or the server is gone */
  answerMsMax: 70_000,
  /** of one statement once a stop was requested: the process then has ten seconds */
  answerAfterStopMsMax: 5_000,
  lockMsMax: LEASE_MS,
  /** shorter than a lease: a suspended process must not keep its locks longer than its lease */
  idleInTransactionMsMax: 30_000,
  /** how often a pooler is asked whether the session is ours */
  poolerProbes: 3,
  /** a pooler that has no session for us lets us wait */
  poolerAnswerMsMax: 2_000,
  /** of another program that uses our schema */
  tablesNamedMax: 3,
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

export const WORKER_LIMITS = {
  /** a worker that was not seen for this time counts as dead */
  deadAfterMs: 20_000,
} as const;

export const COPY_LIMITS = {
  /** read, written, and compared together: with the longest rows, some megabytes */
  rowsPerPage: 200,
} as const;
