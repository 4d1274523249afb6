/** The limits of this module, by name and unit. */

export const RETENTION_LIMITS = {
  /** events erased at one time, so that runs are not delayed; the next time continues */
  eventsPerCallMax: 20_000,
} as const;

export const INDEXING_LIMITS = {
  /** of the time that a command's runs took */
  shareOfRuns: 0.01,
  commandMsMin: 50,
  /** of one call in a service: after each run, and once per hour */
  serviceMsMax: 30_000,
} as const;

export const DATABASE_WATCH_LIMITS = {
  /** between two checks that a service's database is still the one that it opened */
  intervalMs: 60_000,
} as const;

export const ALERT_LIMITS = {
  /** the time that a service waits after a first problem, to batch further ones */
  gatherMs: 10_000,
  /** the time between two posts of a service; problems in between are one post */
  betweenPostsMs: 60_000,
  /** the maximum per service; further problems wait and are one post */
  postsPerHourMax: 10,
  /** chat tools cut or reject longer texts: Google Chat after 4,096 characters */
  textLengthMax: 3_500,
  messageLengthMax: 300,
  tenantsNamedMax: 10,
  sectionsMax: 8,
  errorsPerTenantMax: 3,
} as const;
