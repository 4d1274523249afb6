import { describe, expect, test } from 'vitest';
import { RetryableError, UserError } from '../../src/lib/errors.ts';
import { rememberSecret } from '../../src/lib/secret.ts';
import { classifyResponse, classifyUnreadable } from '../../src/vendors/salesforce/classify.ts';
import { classifyLogin } from '../../src/vendors/salesforce/classify-login.ts';
import {
  errorOf,
  LocatorLost,
  MalformedQuery,
  SalesforceError,
  SessionExpired,
} from '../../src/vendors/salesforce/errors.ts';

const NOW_MS = Date.UTC(2026, 10, 1);
const HTML = '<!DOCTYPE html><html><body>Sorry</body></html>';

function refusal(errorCode: string, message = 'words') {
  return JSON.stringify([{ errorCode, message }]);
}

describe('a response of the REST API', () => {
  test.each([
    ['an internal server error', 500, refusal('UNKNOWN_EXCEPTION'), 'retry'],
    ['an unavailable server', 503, refusal('SERVER_UNAVAILABLE'), 'retry'],
    ['a maintenance page', 503, HTML, 'retry'],
    ['a gateway', 502, '', 'retry'],
    ['a proxy that throttles', 429, '', 'retry'],
    ['a request timeout', 408, '', 'retry'],
    ['a locked row', 400, refusal('UNABLE_TO_LOCK_ROW'), 'retry'],
    ['a slow query', 400, refusal('QUERY_TIMEOUT'), 'retry'],
    [
      'too many long requests at once',
      403,
      refusal('REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.'),
      'retry',
    ],
    [
      'the daily limit used up',
      403,
      refusal('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
      'refused',
    ],
    ['an expired session', 401, refusal('INVALID_SESSION_ID'), 'session-expired'],
    ['a 401 with a web page', 401, HTML, 'session-expired'],
    [
      'a session without the scope',
      401,
      refusal('INVALID_SESSION_ID', 'This session is not valid for use with the REST API'),
      'refused',
    ],
    [
      'an org that has moved',
      400,
      refusal(
        'URL_NOT_RESET',
        'Destination URL not reset. The URL returned from login must be set',
      ),
      'session-expired',
    ],
    ['a lost locator', 400, refusal('INVALID_QUERY_LOCATOR'), 'locator-lost'],
    ['a malformed query', 400, refusal('MALFORMED_QUERY'), 'malformed'],
    ['a URL that is too long', 414, '', 'malformed'],
    ['headers that are too long', 431, '', 'malformed'],
    ['a body that a firewall considers too large', 413, HTML, 'refused'],
    ['a hidden object', 400, refusal('INVALID_TYPE'), 'refused'],
    ['a hidden field', 400, refusal('INVALID_FIELD'), 'refused'],
    ['no access', 403, refusal('INSUFFICIENT_ACCESS'), 'refused'],
    ['a disabled API', 403, refusal('API_DISABLED_FOR_ORG'), 'refused'],
    ['an unsupported version', 404, refusal('NOT_FOUND'), 'refused'],
    ['a web page', 404, HTML, 'refused'],
    ['half of an error', 400, '[{"errorCode":"INVAL', 'refused'],
    ['a text of a proxy', 407, 'Proxy authentication required', 'refused'],
    ['an unknown code', 400, refusal('BRAND_NEW_CODE'), 'refused'],
  ])('%s (status %d) is classified', (_what, status, body, kind) => {
    expect(classifyResponse({ status, headers: {}, body }, NOW_MS).kind).toBe(kind);
  });

  test.each([
    'INVALID_TYPE',
    'INVALID_FIELD',
    'INSUFFICIENT_ACCESS',
    'INSUFFICIENT_ACCESS_OR_READONLY',
    'API_DISABLED_FOR_ORG',
    'API_CURRENTLY_DISABLED',
    'NOT_FOUND',
    'UNSUPPORTED_API_VERSION',
    'REQUEST_LIMIT_EXCEEDED',
    'FUNCTIONALITY_NOT_ENABLED',
    'OPERATION_TOO_LARGE',
    'CLIENT_NOT_ACCESSIBLE_FOR_USER',
    'INVALID_OPERATION_WITH_EXPIRED_PASSWORD',
    'LOGIN_DURING_RESTRICTED_TIME',
    'LOGIN_DURING_RESTRICTED_DOMAIN',
    'ORG_LOCKED',
    'TRIAL_EXPIRED',
  ])('%s says what to do', (code) => {
    const failure = classifyResponse({ status: 403, headers: {}, body: refusal(code) }, NOW_MS);
    expect(failure).toMatchObject({ kind: 'refused', code, hint: expect.stringMatching(/.{20,}/) });
  });

  test('a code that objects inherit has no hint', () => {
    const response = { status: 403, headers: {}, body: refusal('constructor') };
    expect(classifyResponse(response, NOW_MS)).not.toHaveProperty('hint');
  });

  test.each([
    ['7', 7_000],
    ['Sun, 01 Nov 2026 00:01:30 GMT', 90_000],
    ['Sat, 31 Oct 2026 00:00:00 GMT', undefined],
    ['soon', undefined],
  ])('Retry-After %s is %s ms', (value, retryAfterMs) => {
    const response = { status: 503, headers: { 'retry-after': value }, body: '' };
    expect(errorOf(classifyResponse(response, NOW_MS))).toMatchObject({ retryAfterMs });
  });

  test('the message keeps the reason and drops the query, since its literals are addresses', () => {
    const message =
      "\nSELECT Id, Nme FROM Contact WHERE Email IN ('ann@example.com')\n           ^\n" +
      "ERROR at Row:1:Column:12\nNo such column 'Nme' on entity 'Contact'.";
    const body = refusal('INVALID_FIELD', message);
    const failure = classifyResponse({ status: 400, headers: {}, body }, NOW_MS);
    expect(failure.message).toBe(
      "Salesforce returned INVALID_FIELD: No such column 'Nme' on entity 'Contact'.",
    );
  });

  test('a parsed body, as in a composite, is read too', () => {
    const body = [{ errorCode: 'INVALID_TYPE', message: 'words' }];
    expect(classifyResponse({ status: 400, headers: {}, body }, NOW_MS).kind).toBe('refused');
  });

  test('a success with a web page or half of the JSON is retried', () => {
    expect(classifyUnreadable(HTML)).toMatchObject({
      kind: 'retry',
      message: expect.stringMatching(/web page/),
    });
    expect(classifyUnreadable('{"records":[')).toMatchObject({
      kind: 'retry',
      message: expect.stringMatching(/half/),
    });
  });
});

function login(error: string, description?: string, status = 400) {
  const body = JSON.stringify({ error, error_description: description });
  return classifyLogin({ status, headers: {}, body }, NOW_MS);
}

describe('a response of the login', () => {
  test.each([
    ['invalid_grant', "user hasn't approved this consumer", /Pre-authorize/],
    ['invalid_grant', 'user is not admin approved to access this app', /Pre-authorize/],
    ['OAUTH_APP_ACCESS_DENIED', 'user is blocked', /Pre-authorize/],
    ['invalid_grant', 'invalid assertion', /privateKey/],
    ['invalid_assertion', undefined, /privateKey/],
    ['invalid_grant', 'audience is invalid', /wrong kind of org/],
    ['invalid_grant', 'assertion is expired', /clock/],
    ['invalid_grant', 'ip restricted', /IP restrictions/],
    ['inactive_user', 'user is inactive', /Activate/],
    ['inactive_org', 'organization is inactive', /not active/],
    ['invalid_client_id', 'client identifier invalid', /clientId/],
    ['invalid_client', 'invalid client credentials', /clientSecret/],
    ['invalid_grant', 'no client credentials user enabled', /Run As/],
    ['invalid_grant', 'request not supported on this domain', /loginUrl/],
    ['unsupported_grant_type', 'grant type not supported', /auth\.flow/],
    ['invalid_grant', 'expired access/refresh token', /refreshToken/],
    ['invalid_request', 'External client app is not installed in this org', /install/],
    ['invalid_grant', 'expired authorization code', /Set the clock/],
    ['invalid_grant', 'Audience validation failed', /wrong kind of org/],
    [
      'invalid_request',
      'refresh_token scope is required and the connected app should be installed and preauthorized',
      /scope "Perform requests at any time.*pre-authorize/,
    ],
    ['invalid_scope', 'the requested scope is not allowed', /scopes "Manage user data via APIs/],
    ['OAUTH_APP_BLOCKED', 'this app is blocked by admin', /Connected Apps OAuth Usage/],
    ['OAUTH_EC_APP_NOT_FOUND', 'external client app not found', /install/],
    ['app_not_found', 'External client app is not installed in this org', /install/],
    ['OAUTH_APPROVAL_ERROR_GENERIC', 'An unexpected error has occurred', /Pre-authorize/],
    ['invalid_grant', 'API is not enabled for this Organization or Partner', /API Enabled/],
    ['invalid_grant', 'user is logging in outside of login hours', /login hours/],
    ['invalid_grant', 'authentication failure', /Login History/],
  ])('%s: %s has its own hint', (error, description, hint) => {
    expect(login(error, description)).toMatchObject({
      kind: 'refused',
      code: error,
      hint: expect.stringMatching(hint),
    });
  });

  test.each([
    ['unknown_error', 'retry your request', 400],
    ['server_error', undefined, 500],
    ['invalid_grant', 'login rate exceeded', 400],
    ['anything', undefined, 503],
  ])('%s: %s (%d) is retried', (error, description, status) => {
    expect(login(error, description, status).kind).toBe('retry');
  });

  test.each([
    [200, HTML, 'refused', /web page/],
    [404, HTML, 'refused', /web page/],
    [403, 'Forbidden', 'refused', /no token/],
    [503, HTML, 'retry', /web page/],
    [429, '', 'retry', /no token/],
  ])('status %d with %j is not a token', (status, body, kind, message) => {
    expect(classifyLogin({ status, headers: {}, body }, NOW_MS)).toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
  });
});

describe('the error for a failure', () => {
  test.each([
    [{ kind: 'retry', message: 'm', retryAfterMs: 5 }, RetryableError],
    [{ kind: 'session-expired', message: 'm' }, SessionExpired],
    [{ kind: 'locator-lost', message: 'm' }, LocatorLost],
    [{ kind: 'malformed', message: 'm' }, MalformedQuery],
    [{ kind: 'refused', code: 'C', message: 'm', hint: 'h' }, SalesforceError],
  ] as const)('%o has its own type', (failure, type) => {
    expect(errorOf(failure)).toBeInstanceOf(type);
  });

  test('only a refusal is for a person to fix', () => {
    expect(errorOf({ kind: 'refused', code: 'C', message: 'm' })).toBeInstanceOf(UserError);
    expect(errorOf({ kind: 'malformed', message: 'm' })).not.toBeInstanceOf(UserError);
  });

  test('the message contains no secret', () => {
    rememberSecret('very-secret-value');
    const message = 'refused: very-secret-value';
    expect(errorOf({ kind: 'refused', code: 'C', message }).message).toBe('refused: •••');
  });
});
