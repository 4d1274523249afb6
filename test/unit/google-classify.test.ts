import { describe, expect, it } from 'vitest';
import {
  classifyResponse,
  classifyUnreadable,
  type RequestContext,
} from '../../src/vendors/google/classify.ts';
import type { Failure } from '../../src/vendors/google/failure.ts';
import { apiError, HTML_PAGE, rpcError } from '../support/google-peer.ts';

const NOW = Date.UTC(2026, 10, 1);
const DRIVE: RequestContext = { service: 'drive', paged: false, scopes: ['scope-a'], nowMs: NOW };
const PAGED: RequestContext = { ...DRIVE, paged: true };
const REPORTS: RequestContext = { ...DRIVE, service: 'reports' };
const DIRECTORY: RequestContext = { ...DRIVE, service: 'directory' };

function classify(
  status: number,
  body: object | string,
  options: { readonly context?: RequestContext; readonly headers?: Record<string, string> } = {},
): Failure {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classifyResponse(
    { status, headers: options.headers ?? {}, body: text },
    options.context ?? DRIVE,
  );
}

const noReports = { message: 'Access denied. You are not authorized to read activity records.' };
const daily = "Quota exceeded for quota metric 'Queries' and limit 'Queries per day' of service";
const minute =
  "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service";
const minuteOfUser = minute.replace('minute', 'minute per user');
const noFile = { message: 'File not found: f1.', location: 'fileId' };
const noDrive = { message: 'Shared drive not found: d1', location: 'driveId' };
const badToken = { message: 'Invalid Value', location: 'pageToken' };

const table: readonly (readonly [string, Failure, Partial<Failure>])[] = [
  [
    "one user's rate limit",
    classify(403, apiError(403, 'userRateLimitExceeded')),
    { kind: 'throttled', isCertain: true },
  ],
  [
    "the project's rate limit",
    classify(403, apiError(403, 'rateLimitExceeded')),
    { kind: 'throttled', isCertain: true },
  ],
  [
    'a quota of the Admin SDK',
    classify(403, apiError(403, 'quotaExceeded'), { context: DIRECTORY }),
    { kind: 'throttled', isCertain: true },
  ],
  [
    'a quota per minute',
    classify(403, apiError(403, 'rateLimitExceeded', { message: minute })),
    { kind: 'throttled', isCertain: true },
  ],
  [
    'a quota per minute and user',
    classify(403, apiError(403, 'rateLimitExceeded', { message: minuteOfUser })),
    { kind: 'throttled', isCertain: true },
  ],
  [
    'a quota in the newer form, by its unit',
    classify(
      429,
      rpcError('RATE_LIMIT_EXCEEDED', 'Quota exceeded', { quota_unit: '1/min/{project}/{user}' }),
    ),
    { kind: 'throttled', isCertain: true },
  ],
  [
    'a wait in the newer form',
    classify(429, {
      error: { status: 'RESOURCE_EXHAUSTED', message: 'slow', details: [{ retryDelay: '12.5s' }] },
    }),
    { kind: 'throttled', isCertain: true, retryAfterMs: 12_500 },
  ],
  ['a bare 429', classify(429, ''), { kind: 'throttled', isCertain: true }],
  [
    'a wait in seconds',
    classify(429, '', { headers: { 'retry-after': '7' } }),
    { kind: 'throttled', retryAfterMs: 7_000 },
  ],
  [
    'a wait until a date',
    classify(503, '', { headers: { 'retry-after': 'Sun, 01 Nov 2026 00:01:30 GMT' } }),
    { kind: 'retry', retryAfterMs: 90_000 },
  ],
  [
    "a user's rate limit, in Google's words",
    classify(
      403,
      apiError(403, 'userRateLimitExceeded', {
        message:
          'User Rate Limit Exceeded. Rate of requests for user exceed configured project quota, ' +
          'you may consider re-evaluating expected per-user traffic to the API and adjust project ' +
          'quota limits accordingly.',
      }),
    ),
    { kind: 'throttled', isCertain: true },
  ],
  ...[
    'userRateLimitExceededUnreg',
    'rateLimitExceededUnreg',
    'concurrentLimitExceeded',
    'servingLimitExceeded',
    'variableTermLimitExceeded',
    'limitExceeded',
  ].map(
    (reason) =>
      [
        `a quota with the reason ${reason}`,
        classify(403, apiError(403, reason)),
        { kind: 'throttled', isCertain: true },
      ] as const,
  ),
  [
    'a quota that only the message names',
    classify(403, apiError(403, 'forbidden', { message: minuteOfUser })),
    { kind: 'throttled', isCertain: true },
  ],
  [
    'a quota in the newer form that only the message names',
    classify(403, {
      error: { status: 'PERMISSION_DENIED', message: 'User Rate Limit Exceeded' },
    }),
    { kind: 'throttled', isCertain: true },
  ],
  [
    'a quota per minute, by its name',
    classify(
      429,
      rpcError('RATE_LIMIT_EXCEEDED', 'Quota exceeded', {
        quota_limit: 'defaultPerMinutePerProject',
      }),
    ),
    { kind: 'throttled', isCertain: true },
  ],
  [
    'a quota per day, by its name',
    classify(
      429,
      rpcError('RATE_LIMIT_EXCEEDED', 'Quota exceeded', { quota_limit: 'DefaultPerDayPerProject' }),
    ),
    { kind: 'refused', concerns: 'everyone' },
  ],
  [
    'a user without Drive',
    classify(
      401,
      apiError(401, 'authError', { message: 'Active session is invalid. Error code: 4' }),
    ),
    { kind: 'refused', concerns: 'subject' },
  ],
  [
    'a daily quota',
    classify(403, apiError(403, 'dailyLimitExceeded')),
    { kind: 'refused', reason: 'dailyLimitExceeded', concerns: 'everyone' },
  ],
  [
    'a daily quota with the reason of a rate limit',
    classify(403, apiError(403, 'rateLimitExceeded', { message: daily })),
    { kind: 'refused', concerns: 'everyone' },
  ],
  [
    'a daily quota, by its unit',
    classify(
      429,
      rpcError('RATE_LIMIT_EXCEEDED', 'Quota exceeded', { quota_unit: '1/d/{project}' }),
    ),
    { kind: 'refused', concerns: 'everyone' },
  ],
  ['a 500 of a backend', classify(500, apiError(500, 'backendError')), { kind: 'retry' }],
  ['a 403 of a backend', classify(403, apiError(403, 'backendError')), { kind: 'retry' }],
  ['a 502 with a page', classify(502, HTML_PAGE), { kind: 'retry' }],
  ['a 408', classify(408, ''), { kind: 'retry' }],
  ['a 503 of Drive', classify(503, ''), { kind: 'retry' }],
  [
    'a 503 of Reports, which means a used-up quota per minute',
    classify(503, '', { context: REPORTS }),
    { kind: 'throttled', isCertain: false },
  ],
  ['a 500 of Reports, which does not', classify(500, '', { context: REPORTS }), { kind: 'retry' }],
  [
    'a 401 for an expired token',
    classify(401, apiError(401, 'authError', { message: 'Invalid Credentials' })),
    { kind: 'token-expired' },
  ],
  [
    'the same from Reports',
    classify(401, apiError(401, 'authError', { message: 'Invalid Credentials' }), {
      context: REPORTS,
    }),
    { kind: 'token-expired' },
  ],
  [
    'a 401 for an administrator without the privilege',
    classify(401, apiError(401, 'authError', noReports), { context: REPORTS }),
    { kind: 'refused', reason: 'authError', concerns: 'everyone' },
  ],
  [
    'an unreadable page token',
    classify(400, apiError(400, 'invalid', badToken), { context: PAGED }),
    { kind: 'page-token-lost', isCertain: true },
  ],
  [
    'the same without a page token in the request',
    classify(400, apiError(400, 'invalid', badToken)),
    { kind: 'malformed' },
  ],
  [
    'an expired page token',
    classify(403, apiError(403, 'pageTokenExpired'), { context: PAGED }),
    { kind: 'page-token-lost', isCertain: true },
  ],
  [
    'a 404 for a later page',
    classify(404, apiError(404, 'notFound'), { context: PAGED }),
    { kind: 'page-token-lost', isCertain: true },
  ],
  [
    'a bare 410 for a later page',
    classify(410, '', { context: PAGED }),
    { kind: 'page-token-lost', isCertain: false },
  ],
  ...[400, 413, 414, 431].map(
    (status) =>
      [
        `a bare ${status} for a later page, whose token makes the URL unusable`,
        classify(status, '', { context: PAGED }),
        { kind: 'page-token-lost', isCertain: false },
      ] as const,
  ),
  [
    'a bare 431 without a page token in the request',
    classify(431, ''),
    { kind: 'refused', reason: 'HTTP_431', concerns: 'everyone' },
  ],
  [
    'a 404 for a later page that names a deleted drive',
    classify(404, apiError(404, 'notFound', noDrive), { context: PAGED }),
    { kind: 'not-found' },
  ],
  [
    'a 400 for a later page about another parameter',
    classify(400, apiError(400, 'invalid', { location: 'pageSize' }), { context: PAGED }),
    { kind: 'malformed' },
  ],
  [
    'a 400 for a later page that names no parameter: only its token is new',
    classify(400, apiError(400, 'badRequest'), { context: PAGED }),
    { kind: 'page-token-lost', isCertain: true },
  ],
  [
    'a 400 for a later page of a user without Drive',
    classify(400, apiError(400, 'failedPrecondition'), { context: PAGED }),
    { kind: 'refused', concerns: 'subject' },
  ],
  [
    'a 403 for a later page with another reason',
    classify(403, apiError(403, 'forbidden'), { context: PAGED }),
    { kind: 'refused', concerns: 'item' },
  ],
  ['a deleted file', classify(404, apiError(404, 'notFound', noFile)), { kind: 'not-found' }],
  [
    'an impossible id',
    classify(400, apiError(400, 'invalid', { location: 'driveId' })),
    { kind: 'not-found' },
  ],
  [
    'a file with grants that the subject may not see',
    classify(403, apiError(403, 'insufficientFilePermissions')),
    { kind: 'refused', reason: 'insufficientFilePermissions', concerns: 'item' },
  ],
  [
    'a scope that the token lacks',
    classify(403, apiError(403, 'insufficientPermissions')),
    { kind: 'refused', concerns: 'everyone' },
  ],
  [
    'an API that is not enabled',
    classify(403, apiError(403, 'accessNotConfigured')),
    { kind: 'refused', concerns: 'everyone' },
  ],
  [
    'the same in the newer form',
    classify(403, rpcError('SERVICE_DISABLED', 'has not been used in project 1'), {
      context: DIRECTORY,
    }),
    { kind: 'refused', reason: 'SERVICE_DISABLED', concerns: 'everyone' },
  ],
  [
    'Drive switched off for one user',
    classify(403, apiError(403, 'domainPolicy')),
    { kind: 'refused', concerns: 'subject' },
  ],
  [
    'a user without Drive',
    classify(400, apiError(400, 'failedPrecondition')),
    { kind: 'refused', concerns: 'subject' },
  ],
  [
    'a shared drive without membership',
    classify(403, apiError(403, 'teamDriveMembershipRequired')),
    { kind: 'refused', concerns: 'subject' },
  ],
  [
    'a subject who is not an administrator',
    classify(403, apiError(403, 'forbidden'), { context: DIRECTORY }),
    { kind: 'refused', concerns: 'everyone' },
  ],
  ['a malformed request', classify(400, apiError(400, 'invalidParameter')), { kind: 'malformed' }],
  [
    "a 404 that is not Google's",
    classify(404, HTML_PAGE),
    { kind: 'refused', reason: 'HTTP_404', concerns: 'everyone' },
  ],
  [
    'an error that is only a string',
    classify(403, { error: 'access_denied' }),
    { kind: 'refused', reason: 'HTTP_403', concerns: 'everyone' },
  ],
];

describe('a response of Google', () => {
  it.each(table)('%s', (_what, failure, expected) => {
    expect(failure).toMatchObject(expected);
  });

  it('is quoted on one line, truncated', () => {
    const message = `first\n\tsecond ${'x'.repeat(1_000)}`;
    const failure = classify(403, apiError(403, 'forbidden', { message }));
    expect(failure.message).toContain('Google returned forbidden: first second xxx');
    expect(failure.message.length).toBeLessThan(340);
  });

  it('requests no wait without a valid Retry-After', () => {
    expect(classify(429, '')).not.toHaveProperty('retryAfterMs');
    for (const header of ['soon', 'Sat, 31 Oct 2026 23:00:00 GMT']) {
      const failure = classify(503, '', { headers: { 'retry-after': header } });
      expect(failure.kind).toBe('retry');
      expect(failure).not.toHaveProperty('retryAfterMs');
    }
  });

  it.each([
    [
      'the privilege',
      classify(401, apiError(401, 'authError', noReports), { context: REPORTS }),
      'privilege "Reports"',
    ],
    [
      'the same with 403',
      classify(403, apiError(403, 'forbidden'), { context: REPORTS }),
      'privilege "Reports"',
    ],
    ['the role', classify(403, apiError(403, 'forbidden'), { context: DIRECTORY }), 'adminSubject'],
    ['the scope', classify(403, apiError(403, 'insufficientPermissions')), 'grant scope-a'],
    ['the API', classify(403, apiError(403, 'accessNotConfigured')), 'Enable the Google Drive API'],
    [
      'the Admin SDK',
      classify(403, apiError(403, 'accessNotConfigured'), { context: REPORTS }),
      'Admin SDK API',
    ],
    ['the address', classify(404, HTML_PAGE), 'googleDrive.endpoint'],
    ['the daily quota', classify(403, apiError(403, 'dailyLimitExceeded')), 'midnight Pacific'],
  ])('says how to fix %s', (_what, failure, words) => {
    expect(failure).toHaveProperty('hint', expect.stringContaining(words));
  });

  it('that is a success with an unreadable body is retried', () => {
    expect(classifyUnreadable(HTML_PAGE)).toEqual({
      kind: 'retry',
      message: 'Google returned a web page',
    });
    expect(classifyUnreadable('{"files": [')).toMatchObject({ kind: 'retry' });
  });
});
