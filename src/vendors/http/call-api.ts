import type { UserError } from '../../lib/errors.ts';
import { HTTP_LIMITS } from './limits.ts';
import type { HttpRequest, HttpResponse } from './messages.ts';
import { send } from './send.ts';

/** A response that no attempt can make usable. */
export interface Refusal {
  readonly kind: 'redirect' | 'too-large';
  readonly status: number;
  readonly message: string;
}

export interface ApiCallOptions {
  /** undefined: only the deadline ends the request */
  readonly signal: AbortSignal | undefined;
  /** for request and body together */
  readonly responseMsMax: number;
  /** what a redirect would pass on to another host */
  readonly credential: string;
  /** the vendor's own error, with its hint */
  readonly refuse: (refusal: Refusal) => UserError;
}

/**
 * One request to a vendor that is read, and its complete response, with any status from 200 to
 * 299 and from 400 on. Rejects with the vendor's error for a redirect, which is never followed,
 * and for an oversized body; with a RetryableError if the connection fails, hangs or breaks; with
 * the reason of an aborted signal.
 */
export async function callApi(
  request: HttpRequest,
  options: ApiCallOptions,
): Promise<HttpResponse> {
  const { signal, responseMsMax, credential, refuse } = options;
  const { connectMsMax, bodyBytesMax } = HTTP_LIMITS;
  const headers = { ...request.headers, 'accept-encoding': 'gzip' };
  const limits = { signal, timeoutMs: responseMsMax, connectMsMax, bodyBytesMax };
  const response = await send({ ...request, headers }, limits);
  const { status, isTruncated } = response;
  const { host } = new URL(request.url);
  if (status >= 300 && status < 400) {
    const target = URL.parse(response.headers['location'] ?? '', request.url)?.host;
    const to = target === undefined ? '' : ` to ${target}`;
    const message =
      `${host} responded with a redirect (${status})${to}. It is not followed: ` +
      `${credential} would be sent along`;
    throw refuse({ kind: 'redirect', status, message });
  }
  if (isTruncated) {
    const message = `${host} sent a response of more than ${bodyBytesMax / 1024 / 1024} MB`;
    throw refuse({ kind: 'too-large', status, message });
  }
  return response;
}
