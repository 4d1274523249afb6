/** The limits of requests to every vendor, by name and unit. */
export const HTTP_LIMITS = {
  /** for opening a connection to a vendor that is read, TLS included */
  connectMsMax: 10_000,
  /** of one response, decompressed; a page of 1,000 Drive files is usually about 1 MB */
  bodyBytesMax: 24 * 1024 * 1024,
  /** of a response that reports an error */
  errorBytesMax: 1024 * 1024,
  /** of all responses that a run holds at once, decompressed */
  bytesInFlightMax: 40 * 1024 * 1024,
  /** of each response, not counted: most have a few kilobytes */
  freeBytesMax: 256 * 1024,
  /** arrays and objects inside each other; vendors nest about ten */
  jsonLevelsMax: 100,
  /** in one response; a page of 1,000 files usually has about 5,000 */
  jsonContainersMax: 400_000,
  /** elements of arrays and objects in one response */
  jsonElementsMax: 2_000_000,
  /** of one list, in a row */
  emptyPagesMax: 200,
  /** of one list, with the same rows as an earlier page */
  repeatedPagesMax: 10,
  /** of one list; the next run reads the rest */
  pagesMax: 20_000,
  /** of one list, including the time until its pages are needed */
  listMsMax: 12 * 60 * 60_000,
  /** of one request, the first attempt included */
  attemptsMax: 5,
  retryDelayMsMin: 1_000,
  retryDelayMsMax: 30_000,
  /** a longer Retry-After fails the request; the next run reads from the same position */
  retryAfterMsMax: 5 * 60_000,
  /** of a vendor's text, in an error message */
  quotedCharactersMax: 300,
} as const;
