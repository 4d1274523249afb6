import { messageOf, RetryableError, UserError } from '../../lib/errors.ts';
import { scrub } from '../../lib/secret.ts';
import { GoogleError } from './errors.ts';
import { GOOGLE_LIMITS } from './limits.ts';

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers | Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** for request and body together, in milliseconds */
  readonly responseMsMax: number;
}

/**
 * One request and its whole answer. Any status from 200 to 299 and from 400 on is an answer; a
 * redirect is refused with a GoogleError, since the token would go with it. A connection that
 * fails, hangs or breaks in the middle of the body rejects with a RetryableError; an aborted
 * signal with its reason.
 */
export async function exchange(call: HttpCall, options: ExchangeOptions): Promise<HttpAnswer> {
  options.signal.throwIfAborted();
  // One controller a request, unhooked at the end: signals joined by AbortSignal.any would hang
  // on the run's signal for as long as the run lasts.
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  options.signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(stop, options.responseMsMax);
  try {
    const response = await fetch(call.url, { ...call, redirect: 'manual', signal: abort.signal });
    if (response.status >= 300 && response.status < 400) throw redirectRefused(call, response);
    const body = await readBody(call, response);
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    if (abort.signal.aborted) throw answerTooSlow(call, options);
    throw error instanceof UserError ? error : connectionFailed(call, error);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
    // Frees the connection of an answer whose body was not wanted.
    abort.abort();
  }
}

export function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

async function readBody(call: HttpCall, response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > GOOGLE_LIMITS.bodyBytesMax) {
      const megabytes = GOOGLE_LIMITS.bodyBytesMax / 1024 / 1024;
      throw new GoogleError(`${hostOf(call)} sent an answer of more than ${megabytes} MB`, {
        reason: 'answerTooLarge',
        concerns: 'subject',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function redirectRefused(call: HttpCall, response: Response): GoogleError {
  const location = response.headers.get('location');
  const target = location === null ? undefined : URL.parse(location, call.url)?.host;
  return new GoogleError(
    `${hostOf(call)} answered with a redirect (${response.status})` +
      `${target === undefined ? '' : ` to ${target}`}, which is not followed: ` +
      'the access token would go with it',
    {
      reason: `HTTP_${response.status}`,
      concerns: 'everyone',
      hint:
        'Check googleDrive.endpoint (https://www.googleapis.com) and what stands between this ' +
        'machine and Google.',
    },
  );
}

function answerTooSlow(call: HttpCall, { responseMsMax }: ExchangeOptions): RetryableError {
  return new RetryableError(
    `${hostOf(call)} did not answer whole within ${responseMsMax / 1_000} s`,
  );
}

function connectionFailed(call: HttpCall, error: unknown): RetryableError {
  // fetch says only "fetch failed" or "terminated"; the reason is the cause.
  const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const message = `the connection to ${hostOf(call)} failed: ${scrub(messageOf(reason))}`;
  return new RetryableError(message, { cause: error });
}

function hostOf(call: HttpCall): string {
  return new URL(call.url).host;
}
