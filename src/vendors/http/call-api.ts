import type { UserError } from '../../lib/errors.ts';
import { scrub } from '../../lib/secret.ts';
import type { ByteReservation } from './byte-budget.ts';
import { ConnectionFailed } from './connection-failed.ts';
import { freeBytes } from './growing-buffer.ts';
import type { HttpRequest, HttpResponse, ResponseHead } from './http-message.ts';
import { jsonProblem } from './json.ts';
import { HTTP_LIMITS } from './limits.ts';
import type { Reuse } from './open-response.ts';
import { PROXY_LOGIN_HINT, PROXY_LOGIN_STATUS } from './proxy-login.ts';
import { send } from './send.ts';
import { isRedirect, isTransientStatus } from './status-codes.ts';

/** A response that no attempt can make usable. */
export interface Refusal {
  readonly kind: 'redirect' | 'too-large' | 'too-complex' | 'proxy-login';
  readonly status: number;
  readonly message: string;
  /** if the failure is not about the vendor */
  readonly hint?: string;
}

export interface ApiCallOptions {
  /** undefined: only the deadline ends the request */
  readonly signal: AbortSignal | undefined;
  /** for request and body together */
  readonly responseMsMax: number;
  readonly reuse: Reuse;
  /** holds the bytes of the response; the caller releases it */
  readonly reservation: ByteReservation;
  /** what a redirect would pass on to another host */
  readonly credential: string;
  /** the vendor's own error, with its hint */
  readonly refuse: (refusal: Refusal) => UserError;
}

/**
 * One request to a vendor that is read, and its complete response, with any status from 200 to
 * 299 and from 400 on. Rejects with the vendor's error for a redirect, which is never followed,
 * for a body that is too large or too complex, and if a proxy requires a login; with a
 * RetryableError if the connection fails, hangs or breaks; with the reason of an aborted signal.
 * The reservation is empty after an error.
 */
export async function callApi(
  request: HttpRequest,
  options: ApiCallOptions,
): Promise<HttpResponse> {
  const { reservation } = options;
  try {
    const response = await exchange(request, options);
    checkHead(request, response, options);
    checkBody(request, response, options);
    reservation.settle();
    return response;
  } catch (error) {
    reservation.release();
    throw error;
  }
}

/** A temporary failure is known from its head, even if the body never comes. */
async function exchange(request: HttpRequest, options: ApiCallOptions): Promise<HttpResponse> {
  const { signal, responseMsMax: timeoutMs, reuse, reservation } = options;
  const { connectMsMax } = HTTP_LIMITS;
  try {
    return await send(request, {
      signal,
      timeoutMs,
      connectMsMax,
      reuse,
      reservation,
      bodyBytesMax,
    });
  } catch (error) {
    const head = error instanceof ConnectionFailed ? error.head : undefined;
    if (head === undefined || !isTransientStatus(head.status)) throw error;
    return { ...head, body: Buffer.alloc(0), isTruncated: false };
  }
}

function bodyBytesMax({ status }: ResponseHead): number {
  if (isRedirect(status) || status === PROXY_LOGIN_STATUS) return 0;
  return status >= 400 ? HTTP_LIMITS.errorBytesMax : HTTP_LIMITS.bodyBytesMax;
}

function checkHead(
  { url }: HttpRequest,
  { status, headers }: ResponseHead,
  { credential, refuse }: ApiCallOptions,
): void {
  const { host } = new URL(url);
  if (status === PROXY_LOGIN_STATUS) {
    const message = `a proxy refused the request to ${host}: it requires a login (${status})`;
    throw refuse({ kind: 'proxy-login', status, message, hint: PROXY_LOGIN_HINT });
  }
  if (!isRedirect(status)) return;
  const target = URL.parse(headers['location'] ?? '', url)?.host;
  const to = target === undefined ? '' : ` to ${target}`;
  const message =
    `${host} responded with a redirect (${status})${to}. sharetrail does not follow redirects, ` +
    `because it would send ${credential} to that host`;
  throw refuse({ kind: 'redirect', status, message: scrub(message) });
}

function checkBody(
  { url }: HttpRequest,
  { status, body, isTruncated }: HttpResponse,
  { refuse }: ApiCallOptions,
): void {
  // An error is classified by its status and the beginning of its text.
  if (status >= 400) return;
  const { host } = new URL(url);
  const refused = (kind: Refusal['kind'], text: string) => {
    freeBytes(body);
    return refuse({ kind, status, message: text });
  };
  if (isTruncated) {
    const megabytes = HTTP_LIMITS.bodyBytesMax / 1024 / 1024;
    const message = `${host} sent a response of more than ${megabytes} MB`;
    throw refused('too-large', message);
  }
  const problem = jsonProblem(body);
  if (problem === undefined) return;
  const message = `${host} sent a response that cannot be read: ${problem}`;
  throw refused('too-complex', message);
}
