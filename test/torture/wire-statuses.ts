import { googleError, html, json, type WireFault } from './wire-fault.ts';
import type { Exchange } from './wire-proxy.ts';

const READ_STATUSES = [400, 401, 403, 408, 413, 422, 425, 429, 500, 502, 503, 504];
const OTHER_STATUSES = [404, 410, 414, 431, 451, 507, 599];
const REDIRECTS = [300, 301, 302, 303, 304, 305, 307, 308];

/** Responses that are complete, but not what was requested. */
export const statusFaults: readonly WireFault[] = [
  ...READ_STATUSES.map((status) => inWords(status)),
  // Google's 404 in its own words is a fact about an item, which only Google can state.
  { ...inWords(404), vendors: ['salesforce', 'gong'] },
  ...[...READ_STATUSES, ...OTHER_STATUSES].map((status) => ({
    name: `${status} with a web page`,
    strike: (exchange: Exchange) => exchange.send(html(status)),
  })),
  // Gong's 409 means that it has the event.
  {
    name: '409 with a web page',
    vendors: ['salesforce', 'google'],
    strike: (exchange) => exchange.send(html(409)),
  },
  ...REDIRECTS.map((status) => ({
    name: `${status} to another host`,
    strike: (exchange: Exchange) => {
      const location = `${exchange.trap}${exchange.target}`;
      exchange.send({ status, headers: { location }, body: Buffer.from('') });
    },
  })),
  ...throttling(),
  ...ownWords(),
];

function inWords(status: number): WireFault {
  return {
    name: `${status} in the vendor's words`,
    strike: (exchange) => exchange.send(json(status, errorBody(exchange, status))),
  };
}

function throttling(): WireFault[] {
  const waits: Readonly<Record<string, (now: number) => string>> = {
    'in seconds': () => '7',
    'as a date': (now) => new Date(now + 7_000).toUTCString(),
    'of a day': () => '86400',
    'of a century': () => '3153600000',
    'in words': () => 'tomorrow',
    'below zero': () => '-5',
  };
  return Object.entries(waits).flatMap(([name, waitFor]) =>
    (['one', 'storm'] as const).map((reach) => ({
      name: `${reach === 'one' ? '429' : 'storm of 429'} with a Retry-After ${name}`,
      reach,
      strike: (exchange: Exchange) => {
        const answer = json(429, errorBody(exchange, 429));
        const headers = { ...answer.headers, 'retry-after': waitFor(exchange.now) };
        exchange.send({ ...answer, headers });
      },
    })),
  );
}

/** Errors that only one vendor has. */
function ownWords(): WireFault[] {
  const salesforce = [
    [401, 'INVALID_SESSION_ID', 'Session expired or invalid'],
    [403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'],
    [400, 'QUERY_TIMEOUT', 'Your query request was running for too long.'],
    [400, 'MALFORMED_QUERY', 'unexpected token: from'],
    [400, 'INVALID_QUERY_LOCATOR', 'invalid query locator'],
    [500, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred.'],
    [503, 'SERVER_UNAVAILABLE', 'Server is unavailable'],
    [404, 'URL_NOT_RESET', 'Destination URL not reset.'],
  ] as const;
  const google = [
    [403, 'userRateLimitExceeded', 'User Rate Limit Exceeded'],
    [403, 'rateLimitExceeded', 'Rate Limit Exceeded'],
    [403, 'dailyLimitExceeded', 'Daily Limit Exceeded'],
    [403, 'accessNotConfigured', 'Access Not Configured.'],
    [500, 'internalError', 'Internal Error'],
    [503, 'backendError', 'Backend Error'],
    [401, 'authError', 'Invalid Credentials'],
    [400, 'failedPrecondition', 'Precondition check failed.'],
  ] as const;
  return [
    ...salesforce.map(
      ([status, errorCode, message]): WireFault => ({
        name: `${errorCode}`,
        vendors: ['salesforce'],
        strike: (exchange) => exchange.send(json(status, [{ errorCode, message }])),
      }),
    ),
    ...google.map(
      ([status, reason, message]): WireFault => ({
        name: reason,
        vendors: ['google'],
        strike: (exchange) => exchange.send(json(status, googleError(status, reason, message))),
      }),
    ),
  ];
}

function errorBody({ vendor, target }: Exchange, status: number): object {
  const message = `the wire says ${status}`;
  if (target.includes('token'))
    return { error: 'temporarily_unavailable', error_description: message };
  if (vendor === 'salesforce') return [{ errorCode: 'WIRE_FAULT', message }];
  if (vendor === 'gong') return { requestId: 'wire', errors: [message] };
  return googleError(status, status === 429 ? 'rateLimitExceeded' : 'wireFault', message);
}
