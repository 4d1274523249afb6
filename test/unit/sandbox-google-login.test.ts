import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorIn, GoogleSandbox, SCOPE } from '../support/google-sandbox.ts';

const USERS = '/admin/directory/v1/users';
const START = '/drive/v3/changes/startPageToken';
const HOUR_MS = 3_600_000;

let sandbox: GoogleSandbox;
let user: string;

beforeEach(async () => {
  sandbox = await GoogleSandbox.start();
  user = sandbox.google.addUser('ada@acme.example');
});

afterEach(() => sandbox.stop());

/** Status, code, and description of a refused token request. */
async function errorOf(...options: Parameters<GoogleSandbox['assertion']>) {
  const { status, body } = await sandbox.sendAssertion(sandbox.assertion(...options));
  return [status, body['error'], body['error_description']] as const;
}

test('a valid assertion yields a token that acts as its subject for an hour', async () => {
  const assertion = sandbox.assertion({ sub: user, scope: SCOPE.metadata });
  const { status, body } = await sandbox.sendAssertion(assertion);
  expect(status).toBe(200);
  expect(body).toMatchObject({ expires_in: 3_599, scope: SCOPE.metadata, token_type: 'Bearer' });
  const token = String(body['access_token']);
  expect((await sandbox.getWith(token, START)).status).toBe(200);
  sandbox.clock.advance(HOUR_MS);
  expect(errorIn(await sandbox.getWith(token, START))).toEqual([401, 'authError', 'Authorization']);
});

test('the audience must be https://oauth2.googleapis.com/token at any endpoint', async () => {
  for (const aud of [
    `${sandbox.origin}/token`,
    'https://oauth2.googleapis.com/token/',
    'https://accounts.google.com/o/oauth2/token',
  ])
    expect(await errorOf({ aud })).toEqual([
      400,
      'invalid_grant',
      expect.stringContaining('Failed audience check'),
    ]);
});

test('another key, key ID, algorithm, or account is refused', async () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const badSignature = [400, 'invalid_grant', 'Invalid JWT Signature.'];
  expect(await errorOf({}, { privateKey })).toEqual(badSignature);
  expect(await errorOf({}, { header: { kid: 'key-2' } })).toEqual(badSignature);
  expect((await errorOf({}, { header: { alg: 'RS512' } })).slice(0, 2)).toEqual([
    400,
    'invalid_grant',
  ]);
  expect((await errorOf({ iss: 'someone@else.example' }))[2]).toContain('account not found');
});

test('an assertion is valid for at most an hour, with minutes of clock skew', async () => {
  const now = Math.floor(sandbox.clock.now() / 1_000);
  const isGood = async (iat: number, exp: number) =>
    (await sandbox.sendAssertion(sandbox.assertion({ iat, exp }))).status === 200;
  expect(await isGood(now, now + 3_601)).toBe(false);
  expect(await isGood(now - 3_600, now - 301)).toBe(false);
  expect(await isGood(now + 400, now + 3_600)).toBe(false);
  expect(await isGood(now + 240, now + 3_600)).toBe(true);
});

test('one scope that is not granted fails the entire request', async () => {
  sandbox.google.setScopes([SCOPE.metadata, SCOPE.reports]);
  const both = `${SCOPE.metadata} ${SCOPE.reports}`;
  expect((await sandbox.sendAssertion(sandbox.assertion({ scope: both }))).status).toBe(200);
  expect((await errorOf({ scope: `${both} ${SCOPE.users}` })).slice(0, 2)).toEqual([
    401,
    'unauthorized_client',
  ]);
  expect((await errorOf({ scope: '' })).slice(0, 2)).toEqual([400, 'invalid_scope']);
});

test('suspended, archived, deleted, and unknown users get no token', async () => {
  const { google } = sandbox;
  const subject = { sub: user };
  for (const state of ['suspended', 'archived'] as const) {
    google.setUserState(user, state);
    expect(await errorOf(subject)).toEqual([400, 'invalid_grant', 'Account disabled']);
  }
  google.setUserState(user, 'active');
  expect((await sandbox.sendAssertion(sandbox.assertion(subject))).status).toBe(200);
  google.deleteAccount(user);
  const unknown = [400, 'invalid_grant', 'Invalid email or User ID'];
  expect(await errorOf(subject)).toEqual(unknown);
  expect(await errorOf({ sub: 'buyer@globex.example' })).toEqual(unknown);
});

test('a token works only for its scopes', async () => {
  const only = async (scope: string, path: string) => {
    const token = await sandbox.tokenOf(sandbox.google.admin, scope);
    const query = path === USERS ? { customer: 'my_customer' } : {};
    return sandbox.getWith(token, path, query);
  };
  expect((await only(SCOPE.metadata, START)).status).toBe(200);
  expect((await only(SCOPE.drive, START)).status).toBe(200);
  expect((await only(SCOPE.drive, '/drive/v3/drives')).status).toBe(200);
  for (const [scope, path] of [
    [SCOPE.metadata, '/drive/v3/drives'],
    [SCOPE.metadata, USERS],
    [SCOPE.reports, START],
  ] as const)
    expect(errorIn(await only(scope, path))).toEqual([403, 'insufficientPermissions']);
});

test("a user's refresh token works for its own client only, until it is revoked", async () => {
  const { google } = sandbox;
  const client = { clientId: 'app', clientSecret: 'app-secret' };
  google.addOAuthClient(client);
  google.addOAuthClient({ clientId: 'other', clientSecret: 'other-secret' });
  const refreshToken = google.issueRefreshToken({
    clientId: 'app',
    email: user,
    scopes: [SCOPE.metadata],
  });
  const send = (changed: Readonly<Record<string, string>> = {}) =>
    sandbox.postToken({
      grant_type: 'refresh_token',
      client_id: client.clientId,
      client_secret: client.clientSecret,
      refresh_token: refreshToken,
      ...changed,
    });
  const { body } = await send();
  expect((await sandbox.getWith(String(body['access_token']), START)).status).toBe(200);
  expect((await send({ client_secret: 'wrong' })).body).toMatchObject({ error: 'invalid_client' });
  const other = { client_id: 'other', client_secret: 'other-secret' };
  expect((await send(other)).body).toMatchObject({ error: 'invalid_grant' });
  google.revokeRefreshToken(refreshToken);
  expect((await send()).body).toMatchObject({ error: 'invalid_grant' });
});

test('sessions end on request and when their user is suspended', async () => {
  expect((await sandbox.get(user, START)).status).toBe(200);
  sandbox.google.expireSessions();
  expect(await sandbox.errorOf(user, START)).toEqual([401, 'authError', 'Authorization']);
  sandbox.forgetTokens();
  expect((await sandbox.get(user, START)).status).toBe(200);
  sandbox.google.setUserState(user, 'suspended');
  expect(await sandbox.errorOf(user, START)).toEqual([401, 'authError', 'Authorization']);
});
