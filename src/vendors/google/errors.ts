import { RetryableError, UserError } from '../../lib/errors.ts';
import { scrub } from '../../lib/secret.ts';
import type { Concern, Failure } from './failure.ts';

/**
 * Google refuses for a reason that a person must fix. `reason` is Google's own code; `concerns`
 * says whether requests for another subject or item can still succeed.
 */
export class GoogleError extends UserError {
  override readonly name = 'GoogleError';
  readonly reason: string;
  readonly concerns: Concern;

  constructor(
    message: string,
    options: { reason: string; concerns: Concern; hint?: string | undefined },
  ) {
    super(message, options.hint === undefined ? {} : { hint: options.hint });
    this.reason = options.reason;
    this.concerns = options.concerns;
  }
}

/** The reason of a GoogleError for a response that exceeds our limits. */
export const RESPONSE_TOO_LARGE = 'responseTooLarge';

/** The item is gone, or the subject cannot see it: Google does not distinguish the two. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** Google lost the position in a paged list: read the list again from the start. */
export class PageTokenLost extends Error {
  override readonly name = 'PageTokenLost';
}

/** Only a status without Google's JSON suggests it, which can be a proxy's: repeat the request. */
export class PageTokenPerhapsLost extends PageTokenLost {}

/** The access token is no longer valid: request a new one and repeat the request. */
export class AccessTokenExpired extends Error {
  override readonly name = 'AccessTokenExpired';
}

/** Our clock and Google's differ by more than Google accepts. */
export class ClockOff extends GoogleError {}

/** A quota per minute is used up, for every request to the service. */
export class Throttled extends RetryableError {
  /** false: the status alone suggests it */
  readonly isCertain: boolean;

  constructor(message: string, options: { isCertain: boolean; retryAfterMs?: number | undefined }) {
    super(message, { retryAfterMs: options.retryAfterMs });
    this.isCertain = options.isCertain;
  }
}

const MALFORMED_HINT =
  'Google did not understand the request. This is most likely a bug in sharetrail: please report ' +
  'it with this message.';

/** The error for a failure, its message scrubbed of this process's secrets. */
export function errorOf(failure: Failure): Error {
  const message = scrub(failure.message);
  switch (failure.kind) {
    case 'retry':
      return new RetryableError(message, { retryAfterMs: failure.retryAfterMs });
    case 'throttled':
      return new Throttled(message, failure);
    case 'token-expired':
      return new AccessTokenExpired(message);
    case 'clock-off':
      return new ClockOff(message, { reason: 'invalid_grant', concerns: 'everyone', ...failure });
    case 'page-token-lost':
      return failure.isCertain ? new PageTokenLost(message) : new PageTokenPerhapsLost(message);
    case 'not-found':
      return new NotFound(message);
    case 'malformed':
      // Only this user or drive is known to be affected: the others are still read.
      return new GoogleError(message, {
        reason: 'malformed',
        concerns: 'subject',
        hint: MALFORMED_HINT,
      });
    case 'refused':
      return new GoogleError(message, failure);
  }
}
