/** Every limit that a room sets itself, by name and unit, in one place. */

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

export const PUSH_LIMITS = {
  /** tries of one event in one run before it waits for the next run */
  triesPerRunMax: 5,
  retryDelayMsMin: 1_000,
  retryDelayMsMax: 60_000,
  /** events that wait between two tries, beside those in flight: bounds memory */
  waitingMax: 64,
  /** a Retry-After beyond this ends pushing for the run */
  retryAfterMsMax: 10 * 60_000,
  /** rejections in a row with the same errors that stop pushing for the run */
  sameRejectionsMax: 20,
  /** 429 answers in a row, with no other between them, that end pushing for the run */
  throttledInRowMax: 50,
  /**
   * What is in flight may still end when a stop is asked for. Docker kills ten seconds after it
   * asked: the rest of them is for writing down how the run ended, and for closing
   */
  drainMsMax: 8_000,
} as const;

export const PACE_LIMITS = {
  /** the longest pause that Gong may ask for: an answer that says years is a mistake */
  pauseMsMax: 30 * 24 * 60 * 60_000,
  dayMs: 24 * 60 * 60_000,
  secondMs: 1_000,
  /** calls spread apart a little more than a second: their arrival at Gong is what counts */
  jitterMs: 5,
  /** answers from which the usual latency is learnt: so many at least, so many at most */
  latenciesMin: 5,
  latenciesKept: 25,
  /** a slow answer says no more about when its call arrived */
  arrivalMsMax: 250,
  /** calls older than this are folded into buckets of a minute */
  exactMs: 2 * 60_000,
  bucketMs: 60_000,
  /**
   * A full day is waited for this long: a run that starts when last night's did finds the day
   * full, and its calls leave the day at the pace at which they were sent, a bucket at a time
   */
  dayWaitMsMax: 2 * 60_000,
} as const;

export const RESERVE_LIMITS = {
  /** of a day's Gong calls, the part that history leaves to the coming nights at most */
  shareOfDayMax: 0.5,
  lookBackMs: 7 * 24 * 60 * 60_000,
  runsLookedAt: 100,
} as const;

export const SYNC_LIMITS = {
  /** shares that are looked up, built and committed together */
  sharesPerBatchMax: 2_000,
} as const;

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

export const RETENTION_LIMITS = {
  /** events that lose their people in one transaction: some ten milliseconds */
  eventsPerBatchMax: 200,
  /** in one go, so that it keeps nobody waiting; the next goes on */
  eventsPerGoMax: 20_000,
  /** of each tenant, however old they are */
  runsKeptMin: 100,
  runsPerBatchMax: 500,
} as const;

export const ALERT_LIMITS = {
  /** for one request and its whole answer */
  timeoutMs: 10_000,
  /** between the tries: so many waits, one try more */
  retryDelaysMs: [1_000, 3_000],
  /** after a stop was asked for there is one try, and so long for it: it may come after the drain */
  hurriedTimeoutMs: 1_500,
  /** a service waits so long after something went wrong, for what goes wrong with it */
  gatherMs: 10_000,
  /** between two posts of a service; what goes wrong meanwhile is one post */
  apartMs: 60_000,
  /** of a service; what goes beyond waits and is one post */
  postsPerHourMax: 10,
  /** chat tools cut or refuse longer texts: Google Chat after 4,096 characters */
  textLengthMax: 3_500,
  messageLengthMax: 300,
  tenantsNamedMax: 10,
  sectionsMax: 8,
  errorsPerTenantMax: 3,
} as const;

export const BACKUP_LIMITS = {
  /** pages that are copied in one go: some megabytes, some milliseconds */
  pagesPerStep: 512,
} as const;

export const LIST_LIMITS = {
  eventsDefault: 50,
  eventsMax: 10_000,
  runsShown: 5,
  problemsShown: 20,
} as const;

export const LOOK_UP_LIMITS = {
  /**
   * What is named, then the Contact or the Account that it leads to, then deals and roles: no way
   * is longer
   */
  roundsMax: 3,
  /** RFC 5321: 64 characters before the @ and 255 after it; nobody has a longer address */
  emailLengthMax: 320,
  /** domains of one query; each takes three conditions, which are not indexed */
  domainsPerQueryMax: 100,
  /** opportunities created up to this long after the last share are read, to be named as late */
  lateCreationMs: 7 * 24 * 60 * 60_000,
} as const;

export const REASON_LIMITS = {
  /** records that one sentence lists by name; the others are counted */
  recordsListedMax: 5,
  /** recipients of one share, and their Accounts, that have sentences of their own */
  peopleExplainedMax: 20,
  nameLengthMax: 80,
} as const;

export const DRIVE_LIMITS = {
  /** grants by one person on one file up to this long after the first are one act */
  actMsMax: 60_000,
  /** entries of the audit log that become visible late are found by reading so far back */
  lookBackMs: 24 * 60 * 60_000,
  /** the audit log is read from so long before the start: Google's clock may be as far behind ours */
  auditLeadMs: 15 * 60_000,
  /**
   * A window of history is read from so long before it: acts in a row, by one person on one file,
   * are told apart from where a minute was quiet. Nobody, and hardly a script, goes on for a day
   */
  historyMarginMs: 24 * 60 * 60_000,
  /** Google: entries of the audit log are kept 180 days */
  auditLogKeptMs: 180 * 24 * 60 * 60_000,
  /** handled entries are kept so long before the last reading, to be known when they come again */
  entriesKeptMs: 48 * 60 * 60_000,
  /** what one act brings about may have times so far apart */
  changeLagMs: 5_000,
  /** entries of the audit log that acts are formed from together */
  entriesPerPageMax: 1_000,
  /** users and drives whose first page is under way together */
  streamsAtOnceMax: 16,
  /** users who are tried again at the end, since a stranger is refused as a missing scope is */
  streamsPutOffMax: 5,
  /** permissions and files that are asked for one by one, together */
  itemsAtOnceMax: 8,
  /** users and drives in a row that cannot be read, after which the rest is not tried */
  failuresInRowMax: 20,
  /** users and drives that a run's errors name one by one; the others are counted */
  failuresNamedMax: 10,
} as const;
