import { RetryableError } from '../../lib/errors.ts';
import { describeFailure } from './describe-failure.ts';
import type { ResponseHead } from './http-message.ts';
import { proxyNote } from './proxy.ts';
import { UnreadableBody } from './read-body.ts';

/**
 * No readable response: the connection failed or broke, the time ran out, or the body cannot be
 * decoded.
 */
export class ConnectionFailed extends RetryableError {
  /** status and headers, if they arrived */
  readonly head: ResponseHead | undefined;
  /** how a proxy may be involved, as a sentence; '' if it is not */
  readonly note: string;

  /** why the body cannot be read, although it came; undefined if the exchange itself failed */
  get unreadable(): string | undefined {
    return this.cause instanceof UnreadableBody ? describeFailure(this.cause) : undefined;
  }

  constructor(
    message: string,
    options: { cause: unknown; head: ResponseHead | undefined; note: string },
  ) {
    super(options.note === '' ? message : `${message}. ${options.note}`, options);
    this.head = options.head;
    this.note = options.note;
  }
}

/** What is known about an exchange that failed. */
export interface FailedExchange {
  readonly url: string;
  readonly cause: unknown;
  /** the limit that ended it, if one did */
  readonly limitMs: number | undefined;
  /** the complete request left this machine */
  readonly isSent: boolean;
  readonly head: ResponseHead | undefined;
}

/** The error for a failed exchange. Its message says what failed, where, and why. */
export function connectionFailed(exchange: FailedExchange): ConnectionFailed {
  const { url, cause, head, isSent } = exchange;
  const note = isSent ? '' : proxyNote(url);
  return new ConnectionFailed(messageOf(exchange), { cause, head, note });
}

function messageOf({ url, cause, limitMs, isSent }: FailedExchange): string {
  const { host } = new URL(url);
  if (limitMs !== undefined && isSent) {
    return `${host} sent no complete response within ${limitMs / 1_000} s`;
  }
  const reason =
    limitMs === undefined ? describeFailure(cause) : `no connection within ${limitMs / 1_000} s`;
  return `the connection to ${host} failed: ${reason}`;
}
