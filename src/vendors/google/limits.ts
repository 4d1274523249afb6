/** Every limit of the Google client, by name and unit. */
export const GOOGLE_LIMITS = {
  /** from the first byte sent to the last byte read */
  responseMsMax: 60_000,
  /** a page of 1,000 files with 100 permissions each is about 40 MB */
  bodyBytesMax: 64 * 1024 * 1024,
  /** requests in flight at once, of one client */
  requestsAtOnceMax: 16,
  /** tries of one request, the first included */
  triesMax: 5,
  retryDelayMsMin: 1_000,
  retryDelayMsMax: 30_000,
  /** the longest wait where Google says that the quota of a minute is used up */
  minuteMs: 60_000,
  /** a longer Retry-After ends the request: the next run comes anyway */
  retryAfterMsMax: 5 * 60_000,
  /** OAuth 2.0 for service accounts: an assertion may live one hour */
  assertionSecondsMax: 3_600,
  /** a token is renewed so long before it runs out */
  tokenReserveMs: 2 * 60_000,
  /** access tokens that are kept, the last used ones */
  tokensMax: 1_000,
  /** Drive guide: pages of changes and files hold up to 1,000, those of the others up to 100 */
  filesPerPageMax: 1_000,
  permissionsPerPageMax: 100,
  drivesPerPageMax: 100,
  /** Directory guide */
  usersPerPageMax: 500,
  /** Reports guide */
  activitiesPerPageMax: 1_000,
  /** what an error message quotes of Google's own words */
  quotedCharactersMax: 300,
} as const;
