import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AskedGoogle, refusalIn, SCOPE } from '../support/google-sandbox.ts';

const USERS = '/admin/directory/v1/users';
const START = '/drive/v3/changes/startPageToken';
const HOUR_MS = 3_600_000;

let asked: AskedGoogle;
let user: string;

beforeEach(async () => {
  asked = await AskedGoogle.start();
  user = asked.google.addUser('ada@acme.example');
});

afterEach(() => asked.stop());

/** Status, code and description of a token request that is refused. */
async function refused(...given: Parameters<AskedGoogle['assertion']>) {
  const { status, body } = await asked.sendAssertion(asked.assertion(...given));
  return [status, body['error'], body['error_description']] as const;
}

test('a good assertion gives a token that acts as its subject for an hour', async () => {
  const assertion = asked.assertion({ sub: user, scope: SCOPE.metadata });
  const { status, body } = await asked.sendAssertion(assertion);
  expect(status).toBe(200);
  expect(body).toMatchObject({ expires_in: 3_599, scope: SCOPE.metadata, token_type: 'Bearer' });
  const token = String(body['access_token']);
  expect((await asked.getWith(token, START)).status).toBe(200);
  asked.clock.advance(HOUR_MS);
  expect(refusalIn(await asked.getWith(token, START))).toEqual([401, 'authError', 'Authorization']);
});

test('the audience is exactly https://oauth2.googleapis.com/token, wherever it was sent', async () => {
  for (const aud of [
    `${asked.origin}/token`,
    'https://oauth2.googleapis.com/token/',
    'https://accounts.google.com/o/oauth2/token',
  ])
    expect(await refused({ aud })).toEqual([
      400,
      'invalid_grant',
      expect.stringContaining('Failed audience check'),
    ]);
});

test('another key, another key id, another algorithm or another account is refused', async () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const badSignature = [400, 'invalid_grant', 'Invalid JWT Signature.'];
  expect(await refused({}, { privateKey })).toEqual(badSignature);
  expect(await refused({}, { header: { kid: 'key-2' } })).toEqual(badSignature);
  expect((await refused({}, { header: { alg: 'RS512' } })).slice(0, 2)).toEqual([
    400,
    'invalid_grant',
  ]);
  expect((await refused({ iss: 'someone@else.example' }))[2]).toContain('account not found');
});

test('an assertion lives an hour at most, and clocks may differ by minutes', async () => {
  const now = Math.floor(asked.clock.now() / 1_000);
  const isGood = async (iat: number, exp: number) =>
    (await asked.sendAssertion(asked.assertion({ iat, exp }))).status === 200;
  expect(await isGood(now, now + 3_601)).toBe(false);
  expect(await isGood(now - 3_600, now - 301)).toBe(false);
  expect(await isGood(now + 400, now + 3_600)).toBe(false);
  expect(await isGood(now + 240, now + 3_600)).toBe(true);
});

test('one scope that is not granted fails the whole request', async () => {
  asked.google.setScopes([SCOPE.metadata, SCOPE.reports]);
  const both = `${SCOPE.metadata} ${SCOPE.reports}`;
  expect((await asked.sendAssertion(asked.assertion({ scope: both }))).status).toBe(200);
  expect((await refused({ scope: `${both} ${SCOPE.users}` })).slice(0, 2)).toEqual([
    401,
    'unauthorized_client',
  ]);
  expect((await refused({ scope: '' })).slice(0, 2)).toEqual([400, 'invalid_scope']);
});

test('suspended, archived, deleted and unknown users are refused, and let in again', async () => {
  const { google } = asked;
  const subject = { sub: user };
  for (const state of ['suspended', 'archived'] as const) {
    google.setUserState(user, state);
    expect(await refused(subject)).toEqual([400, 'invalid_grant', 'Account disabled']);
  }
  google.setUserState(user, 'active');
  expect((await asked.sendAssertion(asked.assertion(subject))).status).toBe(200);
  google.deleteAccount(user);
  const unknown = [400, 'invalid_grant', 'Invalid email or User ID'];
  expect(await refused(subject)).toEqual(unknown);
  expect(await refused({ sub: 'buyer@globex.example' })).toEqual(unknown);
});

test('a token serves only what its scopes cover', async () => {
  const only = async (scope: string, path: string) => {
    const token = await asked.tokenOf(asked.google.admin, scope);
    const query = path === USERS ? { customer: 'my_customer' } : {};
    return asked.getWith(token, path, query);
  };
  expect((await only(SCOPE.metadata, START)).status).toBe(200);
  expect((await only(SCOPE.drive, START)).status).toBe(200);
  expect((await only(SCOPE.drive, '/drive/v3/drives')).status).toBe(200);
  for (const [scope, path] of [
    [SCOPE.metadata, '/drive/v3/drives'],
    [SCOPE.metadata, USERS],
    [SCOPE.reports, START],
  ] as const)
    expect(refusalIn(await only(scope, path))).toEqual([403, 'insufficientPermissions']);
});

test("a user's refresh token gives tokens until it is revoked, to its own client only", async () => {
  const { google } = asked;
  const client = { clientId: 'app', clientSecret: 'app-secret' };
  google.addOAuthClient(client);
  google.addOAuthClient({ clientId: 'other', clientSecret: 'other-secret' });
  const refreshToken = google.issueRefreshToken({
    clientId: 'app',
    email: user,
    scopes: [SCOPE.metadata],
  });
  const ask = (changed: Readonly<Record<string, string>> = {}) =>
    asked.postToken({
      grant_type: 'refresh_token',
      client_id: client.clientId,
      client_secret: client.clientSecret,
      refresh_token: refreshToken,
      ...changed,
    });
  const { body } = await ask();
  expect((await asked.getWith(String(body['access_token']), START)).status).toBe(200);
  expect((await ask({ client_secret: 'wrong' })).body).toMatchObject({ error: 'invalid_client' });
  const other = { client_id: 'other', client_secret: 'other-secret' };
  expect((await ask(other)).body).toMatchObject({ error: 'invalid_grant' });
  google.revokeRefreshToken(refreshToken);
  expect((await ask()).body).toMatchObject({ error: 'invalid_grant' });
});

test('sessions end when they are made to, and with the suspension of their user', async () => {
  expect((await asked.get(user, START)).status).toBe(200);
  asked.google.expireSessions();
  expect(await asked.refusal(user, START)).toEqual([401, 'authError', 'Authorization']);
  asked.forgetTokens();
  expect((await asked.get(user, START)).status).toBe(200);
  asked.google.setUserState(user, 'suspended');
  expect(await asked.refusal(user, START)).toEqual([401, 'authError', 'Authorization']);
});
