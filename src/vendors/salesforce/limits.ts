/** Every limit of the Salesforce client, by name and unit. */
export const SALESFORCE_LIMITS = {
  /** from the first byte sent to the last byte read; Salesforce itself ends a query at 120 s */
  responseMsMax: 120_000,
  /** a trade of a refresh token, which a stop does not end: within what a stop waits for */
  tokenTradeMsMax: 8_000,
  /** a page of 2,000 rows with every field of ours is about 4 MB */
  bodyBytesMax: 64 * 1024 * 1024,
  /** tries of one request, the first included */
  triesMax: 5,
  retryDelayMsMin: 1_000,
  retryDelayMsMax: 30_000,
  /** a longer Retry-After ends the request: the next run comes anyway */
  retryAfterMsMax: 5 * 60_000,
  /** times that one query may lose its server-side locator without coming further */
  lostLocatorsMax: 3,
  /** Salesforce answers 414 or 431 above 16,384 bytes of URL and headers; a token may take 3,000 */
  queryUrlBytesMax: 12_000,
  /** SOQL and SOSL reference: length of a SOQL statement */
  queryCharactersMax: 100_000,
  /** REST guide, Composite: 25 sub-requests, of which 5 may be queries */
  queriesPerCallMax: 5,
  /** values of one IN list; how long a sub-query may be is not documented, so this stays modest */
  valuesPerQueryMax: 1_000,
  /** characters of one IN list: leaves room for the rest of the statement */
  valueCharactersPerQueryMax: 80_000,
  /** JWT bearer flow: an assertion may live three minutes; clocks differ */
  assertionSecondsMax: 120,
  /** what an error message quotes of Salesforce's own words */
  quotedCharactersMax: 300,
} as const;
