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
  given: { readonly asked?: RequestContext; readonly headers?: Record<string, string> } = {},
): Failure {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classifyResponse(
    { status, headers: given.headers ?? {}, body: text },
    given.asked ?? DRIVE,
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
    "one user's rate",
    classify(403, apiError(403, 'userRateLimitExceeded')),
    { kind: 'throttled', holder: 'subject', perMinute: false },
  ],
  [
    "the project's rate",
    classify(403, apiError(403, 'rateLimitExceeded')),
    { kind: 'throttled', holder: 'service', perMinute: false },
  ],
  [
    'a quota of the Admin SDK',
    classify(403, apiError(403, 'quotaExceeded'), { asked: DIRECTORY }),
    { kind: 'throttled', holder: 'service' },
  ],
  [
    'a quota that is said to be of a minute',
    classify(403, apiError(403, 'rateLimitExceeded', { message: minute })),
    { kind: 'throttled', holder: 'service', perMinute: true },
  ],
  [
    'a quota of a minute and user',
    classify(403, apiError(403, 'rateLimitExceeded', { message: minuteOfUser })),
    { kind: 'throttled', holder: 'subject', perMinute: true },
  ],
  [
    'a quota in the newer form, by its unit',
    classify(
      429,
      rpcError('RATE_LIMIT_EXCEEDED', 'Quota exceeded', { quota_unit: '1/min/{project}/{user}' }),
    ),
    { kind: 'throttled', holder: 'subject', perMinute: true },
  ],
  [
    'a wait in the newer form',
    classify(429, {
      error: { status: 'RESOURCE_EXHAUSTED', message: 'slow', details: [{ retryDelay: '12.5s' }] },
    }),
    { kind: 'throttled', holder: 'service', retryAfterMs: 12_500 },
  ],
  ['a bare 429', classify(429, ''), { kind: 'throttled', holder: 'service', perMinute: false }],
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
    'a date that has passed',
    classify(503, '', { headers: { 'retry-after': 'Sat, 31 Oct 2026 23:00:00 GMT' } }),
    { kind: 'retry', retryAfterMs: 0 },
  ],
  [
    'the quota of a day',
    classify(403, apiError(403, 'dailyLimitExceeded')),
    { kind: 'refused', reason: 'dailyLimitExceeded', concerns: 'everyone' },
  ],
  [
    'the quota of a day behind the word for a rate',
    classify(403, apiError(403, 'rateLimitExceeded', { message: daily })),
    { kind: 'refused', concerns: 'everyone' },
  ],
  [
    'the quota of a day, by its unit',
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
    'a 503 of Reports, which means a used-up minute',
    classify(503, '', { asked: REPORTS }),
    { kind: 'throttled', holder: 'service', perMinute: true },
  ],
  ['a 500 of Reports, which does not', classify(500, '', { asked: REPORTS }), { kind: 'retry' }],
  [
    'a 401 of a token that ran out',
    classify(401, apiError(401, 'authError', { message: 'Invalid Credentials' })),
    { kind: 'token-expired' },
  ],
  [
    'the same of Reports',
    classify(401, apiError(401, 'authError', { message: 'Invalid Credentials' }), {
      asked: REPORTS,
    }),
    { kind: 'token-expired' },
  ],
  [
    'a 401 of an administrator without the privilege',
    classify(401, apiError(401, 'authError', noReports), { asked: REPORTS }),
    { kind: 'refused', reason: 'authError', concerns: 'everyone' },
  ],
  [
    'a token of a page that cannot be read',
    classify(400, apiError(400, 'invalid', badToken), { asked: PAGED }),
    { kind: 'page-token-lost' },
  ],
  [
    'the same where no token was sent',
    classify(400, apiError(400, 'invalid', badToken)),
    { kind: 'malformed' },
  ],
  [
    'a token of a page that is too old',
    classify(403, apiError(403, 'pageTokenExpired'), { asked: PAGED }),
    { kind: 'page-token-lost' },
  ],
  [
    'a 404 to a page',
    classify(404, apiError(404, 'notFound'), { asked: PAGED }),
    { kind: 'page-token-lost' },
  ],
  ['a bare 410 to a page', classify(410, '', { asked: PAGED }), { kind: 'page-token-lost' }],
  [
    'a 404 to a page that says that the drive is gone',
    classify(404, apiError(404, 'notFound', noDrive), { asked: PAGED }),
    { kind: 'not-found' },
  ],
  [
    'a 400 to a page about something else',
    classify(400, apiError(400, 'invalid', { location: 'pageSize' }), { asked: PAGED }),
    { kind: 'malformed' },
  ],
  [
    'a 400 to a page about nothing in particular: its token is all that is new',
    classify(400, apiError(400, 'badRequest'), { asked: PAGED }),
    { kind: 'page-token-lost' },
  ],
  [
    'a 400 to a page of a user without Drive',
    classify(400, apiError(400, 'failedPrecondition'), { asked: PAGED }),
    { kind: 'refused', concerns: 'subject' },
  ],
  [
    'a 403 to a page about something else',
    classify(403, apiError(403, 'forbidden'), { asked: PAGED }),
    { kind: 'refused', concerns: 'item' },
  ],
  ['a file that is gone', classify(404, apiError(404, 'notFound', noFile)), { kind: 'not-found' }],
  [
    'an id that cannot be one',
    classify(400, apiError(400, 'invalid', { location: 'driveId' })),
    { kind: 'not-found' },
  ],
  [
    'a file whose grants the subject may not see',
    classify(403, apiError(403, 'insufficientFilePermissions')),
    { kind: 'refused', reason: 'insufficientFilePermissions', concerns: 'item' },
  ],
  [
    'a scope that the token lacks',
    classify(403, apiError(403, 'insufficientPermissions')),
    { kind: 'refused', concerns: 'everyone' },
  ],
  [
    'an interface that is not enabled',
    classify(403, apiError(403, 'accessNotConfigured')),
    { kind: 'refused', concerns: 'everyone' },
  ],
  [
    'the same in the newer form',
    classify(403, rpcError('SERVICE_DISABLED', 'has not been used in project 1'), {
      asked: DIRECTORY,
    }),
    { kind: 'refused', reason: 'SERVICE_DISABLED', concerns: 'everyone' },
  ],
  [
    'Drive that is switched off for one user',
    classify(403, apiError(403, 'domainPolicy')),
    { kind: 'refused', concerns: 'subject' },
  ],
  [
    'a user without Drive',
    classify(400, apiError(400, 'failedPrecondition')),
    { kind: 'refused', concerns: 'subject' },
  ],
  [
    'a shared drive of others',
    classify(403, apiError(403, 'teamDriveMembershipRequired')),
    { kind: 'refused', concerns: 'subject' },
  ],
  [
    'an administrator who is none',
    classify(403, apiError(403, 'forbidden'), { asked: DIRECTORY }),
    { kind: 'refused', concerns: 'everyone' },
  ],
  [
    'a request that makes no sense',
    classify(400, apiError(400, 'invalidParameter')),
    { kind: 'malformed' },
  ],
  [
    "a 404 that is not Google's",
    classify(404, HTML_PAGE),
    { kind: 'refused', reason: 'HTTP_404', concerns: 'everyone' },
  ],
  [
    'an error that is only a word',
    classify(403, { error: 'access_denied' }),
    { kind: 'refused', reason: 'HTTP_403', concerns: 'everyone' },
  ],
];

describe('an answer of Google', () => {
  it.each(table)('%s', (_what, verdict, expected) => {
    expect(verdict).toMatchObject(expected);
  });

  it('quotes its words on one line, cut short', () => {
    const message = `first\n\tsecond ${'x'.repeat(1_000)}`;
    const verdict = classify(403, apiError(403, 'forbidden', { message }));
    expect(verdict.message).toContain('Google answered forbidden: first second xxx');
    expect(verdict.message.length).toBeLessThan(340);
  });

  it('names no waits that nobody asked for', () => {
    expect(classify(429, '')).not.toHaveProperty('retryAfterMs');
    const odd = { headers: { 'retry-after': 'soon' } };
    expect(classify(503, '', odd)).not.toHaveProperty('retryAfterMs');
  });

  it.each([
    [
      'the privilege',
      classify(401, apiError(401, 'authError', noReports), { asked: REPORTS }),
      'privilege "Reports"',
    ],
    [
      'the same by 403',
      classify(403, apiError(403, 'forbidden'), { asked: REPORTS }),
      'privilege "Reports"',
    ],
    ['the role', classify(403, apiError(403, 'forbidden'), { asked: DIRECTORY }), 'adminSubject'],
    ['the scope', classify(403, apiError(403, 'insufficientPermissions')), 'grant scope-a'],
    [
      'the interface',
      classify(403, apiError(403, 'accessNotConfigured')),
      'Enable the Google Drive API',
    ],
    [
      'the Admin SDK',
      classify(403, apiError(403, 'accessNotConfigured'), { asked: REPORTS }),
      'Admin SDK API',
    ],
    ['the address', classify(404, HTML_PAGE), 'googleDrive.endpoint'],
    ['the day', classify(403, apiError(403, 'dailyLimitExceeded')), 'midnight Pacific'],
  ])('says how to mend %s', (_what, verdict, words) => {
    expect(verdict).toHaveProperty('hint', expect.stringContaining(words));
  });

  it('that is good but cannot be read may come whole the next time', () => {
    expect(classifyUnreadable(HTML_PAGE)).toEqual({
      kind: 'retry',
      message: 'Google answered with a web page',
    });
    expect(classifyUnreadable('{"files": [')).toMatchObject({ kind: 'retry' });
  });
});
