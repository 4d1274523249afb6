/** The limits of this module, by name and unit. */

export const BACKOFF_LIMITS = {
  retryDelayMsMin: 1_000,
  retryDelayMsMax: 60_000,
} as const;

export const ERASURE_LIMITS = {
  /** events erased in one transaction, which then takes about ten milliseconds */
  eventsPerBatchMax: 200,
} as const;

export const SEARCH_LIMITS = {
  /** of one title or name */
  wordsPerTextMax: 64,
  /** events indexed in one transaction */
  eventsPerBatchMax: 500,
  /** events read at once during a search */
  eventsPerPage: 200,
  /** events not indexed yet that one search reads, newest first */
  queuedEventsReadMax: 5_000,
} as const;

export const ID_LIMITS = {
  /**
   * lengths of a short id, after the source and a sandbox org's Id: 8 digits for Drive,
   * Salesforce's 15-character id
   */
  shortCharacters: [8, 12, 15, 20],
  /** sandbox orgs whose events a short id is looked up in; a tenant changes its org rarely */
  orgsPerTenantMax: 20,
} as const;
