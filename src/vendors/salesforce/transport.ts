import { PassThrough } from 'node:stream';
import type { Transport } from 'jsforce/lib/transport.js';
import type { StreamPromise } from 'jsforce/lib/util/promise.js';
import { messageOf, RetryableError, UserError } from '../../lib/errors.ts';
import { SALESFORCE_LIMITS } from './limits.ts';

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ExchangeOptions {
  /** undefined: only the time limit ends the request */
  readonly signal: AbortSignal | undefined;
  /** for request and body together, in milliseconds */
  readonly responseMsMax: number;
}

/**
 * One request and its whole answer. Any status from 200 to 299 and from 400 on is an answer; a
 * redirect is refused with a UserError. A connection that fails, hangs or breaks in the middle of
 * the body rejects with a RetryableError; an aborted signal with its reason.
 */
export async function exchange(call: HttpCall, options: ExchangeOptions): Promise<HttpAnswer> {
  options.signal?.throwIfAborted();
  // One controller a request, unhooked at the end: signals joined by AbortSignal.any would hang
  // on the run's signal for as long as the run lasts.
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  options.signal?.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(stop, options.responseMsMax);
  try {
    const response = await fetch(call.url, { ...call, redirect: 'manual', signal: abort.signal });
    if (response.status >= 300 && response.status < 400) throw redirectRefused(call, response);
    const body = await readBody(call, response);
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (abort.signal.aborted) throw answerTooSlow(call, options, error);
    throw error instanceof UserError ? error : connectionFailed(call, error);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
    // Frees the connection of an answer whose body was not wanted.
    abort.abort();
  }
}

async function readBody(call: HttpCall, response: Response): Promise<string> {
  // Decoded as it comes: a page has some megabytes, and its bytes need not stand beside its text.
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > SALESFORCE_LIMITS.bodyBytesMax) {
      const megabytes = SALESFORCE_LIMITS.bodyBytesMax / 1024 / 1024;
      throw new UserError(`${hostOf(call)} sent an answer of more than ${megabytes} MB`);
    }
    texts.push(decoder.decode(chunk, { stream: true }));
  }
  texts.push(decoder.decode());
  return texts.join('');
}

function redirectRefused(call: HttpCall, response: Response): UserError {
  const location = response.headers.get('location');
  const target = location === null ? undefined : URL.parse(location, call.url)?.host;
  return new UserError(
    `${hostOf(call)} answered with a redirect (${response.status})` +
      `${target === undefined ? '' : ` to ${target}`}, which is not followed: ` +
      'the login would go with it',
    {
      hint:
        "Set salesforce.loginUrl to the org's My Domain, as Setup > My Domain shows it " +
        '(https://NAME.my.salesforce.com).',
    },
  );
}

function answerTooSlow(call: HttpCall, options: ExchangeOptions, cause: unknown): RetryableError {
  const seconds = options.responseMsMax / 1_000;
  return new RetryableError(`${hostOf(call)} did not answer whole within ${seconds} s`, { cause });
}

function connectionFailed(call: HttpCall, error: unknown): RetryableError {
  // fetch says only "fetch failed" or "terminated"; the reason is the cause.
  const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const message = `the connection to ${hostOf(call)} failed: ${messageOf(reason)}`;
  return new RetryableError(message, { cause: error });
}

function hostOf(call: HttpCall): string {
  return new URL(call.url).host;
}

/**
 * What jsforce uses in place of its own transport. Its own follows redirects with the token, has
 * no time-out for a body, and ends the process with an uncaught error when a body is cut.
 * `send` decides what an answer means before jsforce sees it; a `signal` among the options of
 * `connection.request` reaches it.
 */
export function createJsforceTransport(
  streamPromise: typeof StreamPromise,
  send: (call: HttpCall, signal: AbortSignal | undefined) => Promise<HttpAnswer>,
): Transport {
  return {
    httpRequest: ({ method, url, headers, body }, options) => {
      const call: HttpCall = {
        method,
        url,
        // fetch counts the body itself
        headers: withoutContentLength(headers ?? {}),
        ...(typeof body === 'string' ? { body } : {}),
      };
      const promise = send(call, signalIn(options)).then((answer) => ({
        statusCode: answer.status,
        // jsforce parses by this alone, and a proxy may drop or change it. What is no JSON after
        // all (a web page) reaches the reader as text.
        headers: { ...answer.headers, 'content-type': 'application/json' },
        body: answer.body,
      }));
      return streamPromise.create(() => ({ stream: new PassThrough(), promise }));
    },
    getRequestStreamCreator: () => {
      throw new Error('streamed requests are not supported');
    },
  };
}

function withoutContentLength(headers: Record<string, string>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length');
  return Object.fromEntries(kept);
}

function signalIn(options: object | undefined): AbortSignal | undefined {
  if (options === undefined || !('signal' in options)) return undefined;
  return options.signal instanceof AbortSignal ? options.signal : undefined;
}
