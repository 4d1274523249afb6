/** The limits of this module, by name and unit. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const SERVER_LIMITS = {
  connectionsMax: 1_500,
  /** of a request's line and headers together */
  headerBytesMax: 16_384,
  bodyBytesMax: 16_384,
  /** a client that sends its headers, or its whole request, more slowly is disconnected */
  headersMsMax: 10_000,
  requestMsMax: 20_000,
  slowCheckMs: 1_000,
  /** a connection without traffic is closed */
  idleMsMax: MINUTE_MS,
  keepAliveMs: 5_000,
  /** how long responses in flight can take after a stop; a run has eight seconds */
  stopMsMax: 3_000,
} as const;

export const READ_LIMITS = {
  /** requests that wait for the database; more are refused */
  waitingMax: 2_000,
  /** while a run is in progress and readers wait: the rest after each read, in times its duration */
  restFactor: 3,
  restMsMax: 250,
  /** how long the same answer serves all readers */
  freshMs: 1_000,
  /** counts of all events: at least this old, and at least this many times their own duration */
  countsFreshMs: 10_000,
  countsRestFactor: 20,
} as const;

export const LOGIN_LIMITS = {
  sessionMsMax: 7 * 24 * HOUR_MS,
  /** wrong tokens of one address before each attempt has to wait */
  wrongMax: 10,
  delayMs: 1_000,
  /** attempts of one address that wait; more are refused */
  waitingMax: 20,
  /** after this time without a wrong token, the address is forgotten */
  forgetMs: 15 * MINUTE_MS,
  addressesMax: 10_000,
} as const;

export const READY_LIMITS = {
  /** the scheduler ticks once per minute */
  tickAgeMsMax: 3 * MINUTE_MS,
  databaseMsMax: 2_000,
  freshMs: 1_000,
} as const;

export const LIVE_LIMITS = {
  streamsMax: 100,
  pollMs: 2_000,
  /** without a change, a comment keeps the connection open */
  keepAliveMs: 20_000,
  /** then the browser connects again */
  streamMsMax: HOUR_MS,
} as const;

export const PAGE_LIMITS = {
  eventsPerPage: 50,
  daysInChart: 30,
  tenantsShown: 200,
  bodyCharactersMax: 20_000,
  sentencesMax: 60,
  /** of an unknown parameter that a message names */
  parameterCharactersMax: 80,
} as const;
