import { RetryableError, UserError } from '../../lib/errors.ts';
import { scrub } from '../../lib/secret.ts';
import type { Failure } from './failure.ts';

/** Salesforce refuses for a reason that a person must mend; `code` is its own error code. */
export class SalesforceError extends UserError {
  override readonly name = 'SalesforceError';
  readonly code: string;

  constructor(message: string, options: { code: string; hint?: string | undefined }) {
    super(message, options.hint === undefined ? {} : { hint: options.hint });
    this.code = options.code;
  }
}

/** The access token is not valid any more: log in again and repeat the request. */
export class SessionExpired extends Error {
  override readonly name = 'SessionExpired';
}

/** The server forgot where a paged query was: query again from the last row that was read. */
export class LocatorLost extends Error {
  override readonly name = 'LocatorLost';
}

/** Salesforce cannot parse what we asked: our bug, so it ends the run loudly. */
export class MalformedQuery extends Error {
  override readonly name = 'MalformedQuery';
}

/** The error that stands for a verdict; no secret of this process is left in its message. */
export function errorOf(verdict: Failure): Error {
  const message = scrub(verdict.message);
  switch (verdict.kind) {
    case 'retry':
      return new RetryableError(message, { retryAfterMs: verdict.retryAfterMs });
    case 'session-expired':
      return new SessionExpired(message);
    case 'locator-lost':
      return new LocatorLost(message);
    case 'malformed':
      return new MalformedQuery(message);
    case 'refused':
      return new SalesforceError(message, { code: verdict.code, hint: verdict.hint });
  }
}
