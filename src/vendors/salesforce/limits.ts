/** The limits of the Salesforce client, by name and unit; see also HTTP_LIMITS. */
export const SALESFORCE_LIMITS = {
  /** from connecting to the last byte of the response; Salesforce itself ends a query at 120 s */
  responseMsMax: 120_000,
  /** for a refresh token's request, which a stop does not abort: within what a stop waits for */
  tokenRefreshMsMax: 8_000,
  /** how often one query may lose its server-side locator without progress */
  lostLocatorsMax: 3,
  /** Salesforce returns 414 or 431 above 16,384 bytes of URL and headers; a token may take 3,000 */
  queryUrlBytesMax: 12_000,
  /** SOQL and SOSL reference: length of a SOQL statement */
  queryCharactersMax: 100_000,
  /** REST guide, Composite: 25 sub-requests, of which 5 may be queries */
  queriesPerCallMax: 5,
  /** of all queries of one lookup, which are in memory together */
  rowsPerBatchMax: 200_000,
  /** values of one IN list; the maximum length of a sub-query is not documented */
  valuesPerQueryMax: 1_000,
  /** characters of one IN list: leaves room for the rest of the statement */
  valueCharactersPerQueryMax: 80_000,
  /** JWT bearer flow: an assertion may live three minutes; clocks differ */
  assertionSecondsMax: 120,
} as const;
