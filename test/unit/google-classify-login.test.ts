import { describe, expect, it } from 'vitest';
import { classifyLogin, type SignIn } from '../../src/vendors/google/classify-login.ts';
import type { Failure } from '../../src/vendors/google/failure.ts';
import { HTML_PAGE } from '../support/google-peer.ts';

const NOW = Date.UTC(2026, 10, 1);
const SERVICE = {
  flow: 'service-account',
  subject: 'anna@acme.com',
  scopes: ['scope-a', 'scope-b'],
  clientId: '1112223',
  granted: false,
  nowMs: NOW,
} as const satisfies SignIn;
const GRANTED: SignIn = { ...SERVICE, granted: true };
const USER: SignIn = { flow: 'refresh-token', scopes: ['scope-a'], nowMs: NOW };

function login(
  status: number,
  error: string | readonly [string, string],
  applicant: SignIn = SERVICE,
): Failure {
  const [code, description] = typeof error === 'string' ? [error] : error;
  const body = JSON.stringify({ error: code, error_description: description });
  return classifyLogin({ status, headers: {}, body }, applicant);
}

const unauthorized =
  'Client is unauthorized to retrieve access tokens using this method, or client not authorized ' +
  'for any of the scopes requested.';
const badTimes =
  'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. ' +
  'Check your iat and exp values in the JWT claim.';

const table: readonly (readonly [string, Failure, Partial<Failure> & { hint?: string }])[] = [
  [
    'an ungranted scope',
    login(401, ['unauthorized_client', unauthorized]),
    {
      kind: 'refused',
      reason: 'unauthorized_client',
      concerns: 'everyone',
      hint: 'grant client 1112223 exactly: scope-a, scope-b',
    },
  ],
  [
    'the same text if another user got the same scopes: a stranger',
    login(401, ['unauthorized_client', unauthorized], GRANTED),
    { kind: 'refused', concerns: 'subject', hint: 'of this Workspace' },
  ],
  [
    'a suspended user',
    login(400, ['invalid_grant', 'Account disabled']),
    { kind: 'refused', reason: 'invalid_grant', concerns: 'subject', hint: 'suspended' },
  ],
  [
    'an unknown user',
    login(400, ['invalid_grant', 'Invalid email or User ID']),
    { kind: 'refused', concerns: 'subject', hint: 'deleted' },
  ],
  [
    'an unknown service account',
    login(400, ['invalid_grant', 'Invalid grant: account not found']),
    { kind: 'refused', concerns: 'everyone', hint: 'googleDrive.auth.key' },
  ],
  [
    'a deleted key',
    login(400, ['invalid_grant', 'Invalid JWT Signature.']),
    { kind: 'refused', concerns: 'everyone', hint: 'create a new key' },
  ],
  ['a wrong clock', login(400, ['invalid_grant', badTimes]), { kind: 'clock-off', hint: 'clock' }],
  [
    'a policy',
    login(400, 'admin_policy_enforced'),
    { kind: 'refused', concerns: 'everyone', hint: 'policy' },
  ],
  ['a temporary failure', login(400, 'internal_failure'), { kind: 'retry' }],
  ['any 5xx', login(503, 'invalid_grant'), { kind: 'retry' }],
  ['a 429', login(429, 'invalid_grant'), { kind: 'retry' }],
  [
    'a session that the Workspace ended',
    login(400, ['invalid_grant', 'reauth related error (invalid_rapt)'], USER),
    { kind: 'refused', reason: 'invalid_grant', hint: 'Google Cloud session control' },
  ],
  [
    'a session that the Workspace ended, in other words',
    login(400, ['invalid_grant', 'reauth related error (rapt_required)'], USER),
    { kind: 'refused', reason: 'invalid_grant', hint: 'Google Cloud session control' },
  ],
  [
    'a session that the Workspace ended, of a user that a service account reads',
    login(400, ['invalid_grant', 'reauth related error (invalid_rapt)']),
    { kind: 'refused', concerns: 'subject', hint: 'Google Cloud session control' },
  ],
  [
    'a policy of the Workspace',
    login(400, ['admin_policy_enforced', 'Access denied by the administrator.'], USER),
    { kind: 'refused', hint: 'API controls' },
  ],
  [
    'a refresh token without the scope',
    login(400, ['invalid_scope', 'Some requested scopes were invalid.'], USER),
    { kind: 'refused', hint: 'drive.metadata.readonly' },
  ],
  [
    'a revoked refresh token',
    login(400, ['invalid_grant', 'Token has been expired or revoked.'], USER),
    { kind: 'refused', concerns: 'everyone', hint: 'authorize again' },
  ],
  [
    'a wrong client',
    login(401, ['invalid_client', 'The OAuth client was not found.'], USER),
    { kind: 'refused', concerns: 'everyone', hint: 'clientSecret' },
  ],
];

describe('a refused sign-in to Google', () => {
  it.each(table)('%s', (_what, failure, { hint, ...expected }) => {
    expect(failure).toMatchObject(expected);
    if (hint !== undefined) expect(failure).toHaveProperty('hint', expect.stringContaining(hint));
  });

  it('names the user', () => {
    expect(login(400, 'invalid_grant').message).toBe(
      'Google refused the sign-in as anna@acme.com: invalid_grant',
    );
    expect(login(400, 'invalid_grant', USER).message).toBe(
      'Google refused the sign-in: invalid_grant',
    );
  });

  it('can be a response that is not Google’s', () => {
    const page = { status: 404, headers: {}, body: HTML_PAGE };
    expect(classifyLogin(page, SERVICE)).toMatchObject({
      kind: 'refused',
      reason: 'HTTP_404',
      concerns: 'everyone',
      message: 'the Google sign-in returned status 404 and a web page',
    });
    const down = { status: 502, headers: { 'retry-after': '3' }, body: HTML_PAGE };
    expect(classifyLogin(down, SERVICE)).toMatchObject({ kind: 'retry', retryAfterMs: 3_000 });
  });
});
