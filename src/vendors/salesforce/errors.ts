import { RetryableError, UserError } from '../../lib/errors.ts';
import { scrub } from '../../lib/secret.ts';
import type { Failure } from './failure.ts';

/** Salesforce refuses for a reason that a person must fix; `code` is its own error code. */
export class SalesforceError extends UserError {
  override readonly name = 'SalesforceError';
  readonly code: string;

  constructor(message: string, options: { code: string; hint?: string | undefined }) {
    super(message, options.hint === undefined ? {} : { hint: options.hint });
    this.code = options.code;
  }
}

/** The access token is no longer valid: log in again and repeat the request. */
export class SessionExpired extends Error {
  override readonly name = 'SessionExpired';
  /** what to do if a new login does not help */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** The server lost its position in a paged query: query again from the last row read. */
export class LocatorLost extends Error {
  override readonly name = 'LocatorLost';
}

/** Salesforce cannot parse our request. This is our bug, so it ends the run loudly. */
export class MalformedQuery extends Error {
  override readonly name = 'MalformedQuery';
}

/** The error for a failure, its message scrubbed of this process's secrets. */
export function errorOf(failure: Failure): Error {
  const message = scrub(failure.message);
  switch (failure.kind) {
    case 'retry':
      return new RetryableError(message, { retryAfterMs: failure.retryAfterMs });
    case 'session-expired':
      return new SessionExpired(message, failure.hint);
    case 'locator-lost':
      return new LocatorLost(message);
    case 'malformed':
      return new MalformedQuery(message);
    case 'refused':
      return new SalesforceError(message, failure);
  }
}
