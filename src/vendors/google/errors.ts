import { RetryableError, UserError } from '../../lib/errors.ts';
import { scrub } from '../../lib/secret.ts';
import type { Concern, Failure, QuotaHolder } from './failure.ts';

/**
 * Google refuses for a reason that a person must mend. `reason` is Google's own word for it;
 * `concerns` says whether another subject or item is worth asking for.
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

/** What was asked for is gone, or the subject cannot see it: Google does not tell these apart. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** Google does not know (any more) where a paged list was: begin it anew. */
export class PageTokenLost extends Error {
  override readonly name = 'PageTokenLost';
}

/** The access token is not valid any more: ask for a new one and repeat the request. */
export class AccessTokenExpired extends Error {
  override readonly name = 'AccessTokenExpired';
}

/** Our clock and Google's differ by more than Google allows. */
export class ClockOff extends GoogleError {}

/** A quota is used up for the moment, for everybody who shares it. */
export class Throttled extends RetryableError {
  readonly holder: QuotaHolder;
  readonly perMinute: boolean;

  constructor(
    message: string,
    options: { holder: QuotaHolder; perMinute: boolean; retryAfterMs?: number | undefined },
  ) {
    super(message, { retryAfterMs: options.retryAfterMs });
    this.holder = options.holder;
    this.perMinute = options.perMinute;
  }
}

/** Of one user or drive, as far as anybody knows: the others are read meanwhile. */
const NOT_UNDERSTOOD =
  'Google did not understand what it was asked, which is most likely a bug in sharetrail: please ' +
  'report it with this message.';

/** The error that stands for a verdict; no secret of this process is left in its message. */
export function errorOf(verdict: Failure): Error {
  const message = scrub(verdict.message);
  switch (verdict.kind) {
    case 'retry':
      return new RetryableError(message, { retryAfterMs: verdict.retryAfterMs });
    case 'throttled':
      return new Throttled(message, verdict);
    case 'token-expired':
      return new AccessTokenExpired(message);
    case 'clock-off':
      return new ClockOff(message, { reason: 'invalid_grant', concerns: 'everyone', ...verdict });
    case 'page-token-lost':
      return new PageTokenLost(message);
    case 'not-found':
      return new NotFound(message);
    case 'malformed':
      return new GoogleError(message, {
        reason: 'malformed',
        concerns: 'subject',
        hint: NOT_UNDERSTOOD,
      });
    case 'refused':
      return new GoogleError(message, verdict);
  }
}
