import type { ResponseHead, TextResponse } from '../http/http-message.ts';
import { PROXY_LOGIN_HINT } from '../http/proxy-login.ts';
import { retryAfterIn } from '../http/retry-after.ts';
import { isRedirect, isTransientStatus } from '../http/status-codes.ts';
import type { GongResponse } from './response.ts';
import { parsedObject, type ResponseBody, readResponseBody } from './response-body.ts';

/**
 * What a response to a shared-content call means; `now` in epoch milliseconds, for a Retry-After
 * that is a date. Pure. Gong documents 200, 400, 401, 409, 429 and 500. Trusted IP lists respond
 * with 403. A proxy in front of Gong may respond with anything, in HTML.
 */
export function classifyResponse(response: TextResponse, now: number): GongResponse {
  const { status, headers } = response;
  const body = readResponseBody(response.body);
  if (status >= 200 && status < 300) return classifySuccess(status, body);
  if (status === 409) return { kind: 'duplicate', status, ...body };
  const errors =
    body.errors.length > 0 ? body.errors : [`Gong returned ${status} without a reason`];
  if (response.isFromProxy) return proxyLogin(status);
  const facts = { status, ...body, errors };
  const hint = hintOf(response);
  if (hint !== undefined) {
    const isBlocked = status === 403 && !isGongs(response.body);
    return { kind: 'refused', ...facts, hint, ...(isBlocked && { isBlocked }) };
  }
  if (status >= 400 && !isTransientStatus(status)) return { kind: 'rejected', ...facts };
  const kind = status === 429 ? 'throttled' : 'unavailable';
  return { kind, ...facts, ...retryAfterIn(headers, now) };
}

/** No complete response came. */
export function unavailable(reason: string): GongResponse {
  return { kind: 'unavailable', errors: [reason] };
}

// Without a requestId, the response is not Gong's or not complete. Sending the event again is
// safe: Gong recognizes it by its eventId.
function classifySuccess(status: number, body: ResponseBody): GongResponse {
  if (body.requestId !== undefined) return { kind: 'accepted', status, ...body, errors: [] };
  const text = body.errors.length > 0 ? `: ${body.errors.join('; ')}` : '';
  const errors = [`Gong returned ${status} without JSON that contains a requestId${text}`];
  return { kind: 'unavailable', status, errors };
}

/** Gateways send JSON, too: `{"message": "Forbidden"}`. An empty object counts as Gong's. */
function isGongs(body: string): boolean {
  const json = parsedObject(body);
  if (json === undefined) return false;
  return 'requestId' in json || 'errors' in json || Object.keys(json).length === 0;
}

/** Its body is the proxy's page, which says nothing more. */
function proxyLogin(status: number): GongResponse {
  const errors = [`a proxy refused the request to Gong: it requires a login (${status})`];
  return { kind: 'refused', status, errors, hint: PROXY_LOGIN_HINT, isFromProxy: true };
}

function hintOf({ status, headers }: ResponseHead): string | undefined {
  if (isRedirect(status)) return redirectHint(headers['location']);
  if (status === 401)
    return (
      'Gong does not accept the credentials at gong.baseUrl, or they lack the scope ' +
      'api:engagement-data:write. Check gong.auth, the scopes of the key or app, and that ' +
      "gong.baseUrl is the address shown under Gong's Company settings > Ecosystem > API."
    );
  if (status === 403)
    return (
      'Gong forbids the call. If the company limits its API to trusted IP addresses, have a ' +
      "Gong technical administrator add this machine's; otherwise ask Gong whether content-shared " +
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
    "Gong's Company settings > Ecosystem > API; credentials are never sent to another address."
  );
}
