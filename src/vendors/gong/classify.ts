import type { GongResponse } from './response.ts';
import { type ResponseBody, readResponseBody } from './response-body.ts';
import { retryAfterMsOf } from './retry-after.ts';

/** An HTTP answer that came whole. */
export interface HttpAnswer {
  readonly status: number;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** 4xx that say "not now" and nothing about the request. */
const PASSING_STATUSES: readonly number[] = [408, 425];

/**
 * What an answer to a shared-content call means; `now` in epoch milliseconds, for a Retry-After
 * that is a date. Gong documents 200, 400, 401, 409, 429 and 500; trusted IP lists answer 403;
 * a proxy in front of Gong may answer anything, in HTML.
 */
export function classifyResponse(answer: HttpAnswer & { readonly now: number }): GongResponse {
  const { status } = answer;
  const body = readResponseBody(answer.body);
  if (status >= 200 && status < 300) return classifySuccess(status, body);
  if (status === 409) return { kind: 'duplicate', status, ...body };
  const said = { status, ...body, errors: reasonsOf(status, body) };
  const hint = hintOf(status, answer.headers);
  if (hint !== undefined) return { kind: 'refused', ...said, hint };
  const isRejection = status >= 400 && status < 500 && !PASSING_STATUSES.includes(status);
  if (isRejection && status !== 429) return { kind: 'rejected', ...said };
  const retryAfterMs = retryAfterMsOf(textOf(answer.headers['retry-after']), answer.now);
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { kind: status === 429 ? 'throttled' : 'unavailable', ...said, ...wait };
}

/** The answer that stands for none: the connection failed or broke, or time ran out. */
export function classifyBroken(reason: string): GongResponse {
  return { kind: 'unavailable', errors: [reason] };
}

// Without a requestId it was not Gong that answered, or not all of it arrived: sending it again
// is safe, since Gong knows a repeat by its eventId.
function classifySuccess(status: number, body: ResponseBody): GongResponse {
  if (body.requestId !== undefined) return { kind: 'accepted', status, ...body, errors: [] };
  const text = body.errors.length > 0 ? `: ${body.errors.join('; ')}` : '';
  const errors = [`Gong answered ${status} without JSON that holds a requestId${text}`];
  return { kind: 'unavailable', status, errors };
}

function reasonsOf(status: number, body: ResponseBody): readonly string[] {
  return body.errors.length > 0 ? body.errors : [`Gong answered ${status} without a reason`];
}

function hintOf(status: number, headers: HttpAnswer['headers']): string | undefined {
  if (status >= 300 && status < 400) return redirectHint(textOf(headers['location']));
  if (status === 401)
    return (
      'Gong does not accept the credentials at gong.baseUrl, or they lack the scope ' +
      'api:engagement-data:write. Check gong.auth, the scopes of the key or app, and that ' +
      "gong.baseUrl is the address shown under Gong's Company settings > Ecosystem > API."
    );
  if (status === 403)
    return (
      'Gong forbids the call. If the company limits its API to trusted IP addresses, have a ' +
      "Gong technical administrator add this machine's; else ask Gong whether content-shared " +
      'events (Engagement API) are enabled for this company.'
    );
  if (status === 404)
    return (
      'Gong has no content-shared endpoint at gong.baseUrl. Either the address is wrong, or the ' +
      'Engagement API, a limited release, is not enabled for this company: ask Gong to enable it.'
    );
  return undefined;
}

function redirectHint(location: string | undefined): string {
  const host = location === undefined ? undefined : URL.parse(location)?.host;
  const where = host ? ` to ${host}` : '';
  return (
    `gong.baseUrl is not Gong's API: it redirects${where}. Set it to the address shown under ` +
    "Gong's Company settings > Ecosystem > API; credentials are never sent on to another address."
  );
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}
