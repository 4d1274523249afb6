/** The limits of this module, by name and unit. */

export const RETENTION_LIMITS = {
  /** in one go, so that it keeps nobody waiting; the next goes on */
  eventsPerGoMax: 20_000,
} as const;

export const ALERT_LIMITS = {
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
