/** The limits of the Google client, by name and unit; see also HTTP_LIMITS. */
export const GOOGLE_LIMITS = {
  /** from connecting to the last byte of the response */
  responseMsMax: 60_000,
  /** requests in flight at once, per client */
  requestsAtOnceMax: 16,
  /** the delay after Google reports a used-up quota per minute */
  minuteMs: 60_000,
  /** how long used-up quotas without a success in between use up no attempts */
  quotaWaitMsMax: 10 * 60_000,
  /** used-up quotas of one request that use up no attempts */
  quotaWaitsMax: 30,
  /** the smallest page that is requested after failures */
  pageSizeMin: 50,
  /** after a failure, the page is this many times smaller */
  pageShrinkFactor: 4,
  /** pages that succeed before the page size doubles */
  pagesBeforeGrowth: 4,
  /** OAuth 2.0 for service accounts: an assertion may live one hour */
  assertionSecondsMax: 3_600,
  /** how long before its expiry a token is renewed */
  tokenReserveMs: 2 * 60_000,
  /** access tokens in memory */
  tokensMax: 2_000,
  /** the latest of them, which requests in flight use */
  tokensInUseMax: 16,
  /** Drive guide: pages of changes and files hold up to 1,000 rows, all others up to 100 */
  filesPerPageMax: 1_000,
  permissionsPerPageMax: 100,
  drivesPerPageMax: 100,
  /** Drive guide, "Batch requests": more calls may be refused */
  callsPerBatchMax: 100,
  /** fewer are sent as single requests: a small run looks the same with any server */
  callsPerBatchMin: 50,
  /**
   * batches in flight at once: half a page of the audit log. Google works on all calls of one at the
   * same time
   */
  batchesAtOnceMax: 5,
  /** failures in a row after which a run sends no more batches */
  batchFailuresMax: 3,
  /** Directory guide */
  usersPerPageMax: 500,
  /** Reports guide */
  activitiesPerPageMax: 1_000,
  /** Google deletes activities after 180 days; an older one is faulty */
  activityAgeMsMax: 181 * 24 * 60 * 60_000,
  /** an activity that is further ahead of Google's time is faulty */
  activityAheadMsMax: 60_000,
} as const;
