/** The limits of requests to every vendor, by name and unit. */
export const HTTP_LIMITS = {
  /** for opening a connection to a vendor that is read, TLS included */
  connectMsMax: 10_000,
  /** decompressed; a page of 1,000 Drive files with 100 permissions each is about 40 MB */
  bodyBytesMax: 64 * 1024 * 1024,
  /** of one request, the first attempt included */
  attemptsMax: 5,
  retryDelayMsMin: 1_000,
  retryDelayMsMax: 30_000,
  /** a longer Retry-After fails the request: the next run tries again */
  retryAfterMsMax: 5 * 60_000,
  /** of a vendor's text, in an error message */
  quotedCharactersMax: 300,
} as const;
