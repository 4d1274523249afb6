import { STOP_LIMITS } from '../../lib/limits.ts';

/** The limits of the Gong client, by name and unit. */
export const GONG_LIMITS = {
  /** contract: one request to Gong, from connecting to the last byte */
  responseMsMax: 30_000,
  /** a token request cannot be aborted, so it must end within the time that a stop allows */
  tokenResponseMsMax: STOP_LIMITS.drainMsMax,
  /** Gong's responses have a few hundred bytes, a gateway's page a few thousand */
  bodyBytesMax: 64 * 1024,
  /** how long before its expiry an access token is renewed: clocks differ, and calls take time */
  tokenReserveMs: 60_000,
  /** errors of one response that are kept, and the length of each */
  errorsMax: 20,
  errorCharactersMax: 500,
  /** of a web page: its title and headline say enough */
  pageCharactersMax: 200,
  /** of a web page that is searched for its text */
  pageReadCharactersMax: 8_192,
} as const;
