import { generateKeyPairSync, sign } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  API,
  CLIENT_ID,
  CLIENT_SECRET,
  errorOf,
  ORIGIN,
  recordOf,
  SalesforceSandbox,
  textOf,
} from '../support/salesforce-sandbox.ts';

const pemPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
const registered = pemPair();
const stranger = pemPair();

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const CLIENT_CREDENTIALS = {
  grant_type: 'client_credentials',
  client_id: CLIENT_ID,
  client_secret: CLIENT_SECRET,
};

let sandbox: SalesforceSandbox;

beforeEach(() => {
  sandbox = new SalesforceSandbox();
});

function assertion(
  differing: Readonly<Record<string, unknown>> = {},
  options: { key?: string; alg?: string } = {},
): string {
  const claims = {
    iss: 'jwt-app',
    sub: sandbox.org.username,
    aud: ORIGIN,
    exp: Math.floor(sandbox.clock.now() / 1000) + 120,
    ...differing,
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: options.alg ?? 'RS256' })}.${encode(claims)}`;
  const key = options.key ?? registered.privateKey;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

async function askWith(text: string): Promise<string> {
  const { status, body } = await sandbox.postToken({ grant_type: JWT_BEARER, assertion: text });
  return status === 200
    ? 'ok'
    : `${status} ${recordOf(body)['error']}: ${recordOf(body)['error_description']}`;
}

describe('JWT bearer', () => {
  beforeEach(() => {
    sandbox.org.addClient({ clientId: 'jwt-app', publicKey: registered.publicKey });
  });

  test.each([
    ['the origin that was reached', {}],
    ['login.salesforce.com', { aud: 'https://login.salesforce.com' }],
    ['test.salesforce.com', { aud: 'https://test.salesforce.com' }],
    ['a username in another case', { sub: 'Integration@ACME.example' }],
  ])('accepts an assertion signed with the registered key: %s', async (_name, claims) => {
    expect(await askWith(assertion(claims))).toBe('ok');
  });

  test.each<[string, () => string, string]>([
    [
      'another key',
      () => assertion({}, { key: stranger.privateKey }),
      'invalid_grant: invalid assertion',
    ],
    ['no algorithm', () => assertion({}, { alg: 'none' }), 'invalid_grant: invalid assertion'],
    ['no token', () => 'abc', 'invalid_grant: invalid assertion'],
    [
      'an unknown client',
      () => assertion({ iss: 'x' }),
      'invalid_client_id: client identifier invalid',
    ],
    [
      'another audience',
      () => assertion({ aud: 'https://x.example' }),
      'invalid_grant: audience is invalid',
    ],
    [
      'an unknown user',
      () => assertion({ sub: 'x@y.example' }),
      "invalid_grant: user hasn't approved this consumer",
    ],
  ])('refuses %s', async (_name, text, expected) => {
    expect(await askWith(text())).toBe(`400 ${expected}`);
  });

  test('refuses claims that were changed after signing', async () => {
    const [header, , signature] = assertion().split('.');
    const [, payload] = assertion({ sub: 'someone-else@acme.example' }).split('.');
    sandbox.org.add('User', { Username: 'someone-else@acme.example' });
    expect(await askWith(`${header}.${payload}.${signature}`)).toContain('invalid assertion');
  });

  test('requires an exp in the future, at most five minutes ahead', async () => {
    const now = sandbox.clock.now() / 1000;
    expect(await askWith(assertion({ exp: now }))).toContain('invalid assertion');
    expect(await askWith(assertion({ exp: now + 1 }))).toBe('ok');
    expect(await askWith(assertion({ exp: now + 300 }))).toBe('ok');
    expect(await askWith(assertion({ exp: now + 301 }))).toContain('invalid assertion');
  });

  test('refuses an inactive user', async () => {
    sandbox.org.update(sandbox.org.userId, { IsActive: false });
    expect(await askWith(assertion())).toBe('400 invalid_grant: inactive user');
  });
});

describe('client credentials', () => {
  test('are accepted in the form and in Basic authentication', async () => {
    const { status, body } = await sandbox.postToken(CLIENT_CREDENTIALS);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      instance_url: ORIGIN,
      token_type: 'Bearer',
      id: `${ORIGIN}/id/${sandbox.org.organizationId}/${sandbox.org.userId}`,
      issued_at: String(sandbox.clock.now()),
    });
    expect(recordOf(body)).not.toHaveProperty('refresh_token');
    const basic = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64');
    const byHeader = await sandbox.postToken(
      { grant_type: 'client_credentials' },
      { authorization: `Basic ${basic}` },
    );
    expect(byHeader.status).toBe(200);
  });

  test('are refused for a wrong secret, unknown client, or missing run-as user', async () => {
    const wrong = await sandbox.postToken({ ...CLIENT_CREDENTIALS, client_secret: 'wrong' });
    expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid_client' } });
    const unknown = await sandbox.postToken({ ...CLIENT_CREDENTIALS, client_id: 'x' });
    expect(unknown.body).toMatchObject({ error: 'invalid_client_id' });
    sandbox.org.addClient({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
    const noUser = await sandbox.postToken(CLIENT_CREDENTIALS);
    expect(noUser.body).toMatchObject({ error_description: 'no client credentials user enabled' });
  });

  test('other grant types and other methods are refused', async () => {
    const password = await sandbox.postToken({ grant_type: 'password' });
    expect(password.body).toMatchObject({ error: 'unsupported_grant_type' });
    const get = await sandbox.send({ path: '/services/oauth2/token' });
    expect(get).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});

describe('refresh token', () => {
  const refresh = (refreshToken: string, differing: Record<string, string> = {}) =>
    sandbox.postToken({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: 'web-app',
      ...differing,
    });

  test('without rotation, it stays valid until it is revoked', async () => {
    sandbox.org.addClient({ clientId: 'web-app' });
    const token = sandbox.org.issueRefreshToken('web-app');
    expect((await refresh(token)).status).toBe(200);
    const again = await refresh(token);
    expect(recordOf(again.body)).not.toHaveProperty('refresh_token');
    sandbox.org.revokeRefreshToken(token);
    expect((await refresh(token)).body).toEqual({
      error: 'invalid_grant',
      error_description: 'expired access/refresh token',
    });
  });

  test('with rotation, each works once, and the session of the last refresh ends', async () => {
    sandbox.org.addClient({ clientId: 'web-app', rotateRefreshTokens: true });
    const first = sandbox.org.issueRefreshToken('web-app');
    const { body } = await refresh(first);
    const second = textOf(recordOf(body)['refresh_token']);
    expect((await refresh(first)).status).toBe(400);
    sandbox.token = textOf(recordOf(body)['access_token']);
    expect((await sandbox.send({ path: `${API}/limits` })).status).toBe(200);
    expect((await refresh(second)).status).toBe(200);
    expect((await sandbox.send({ path: `${API}/limits` })).status).toBe(401);
  });

  test('requires an existing client secret, unless the app is set not to', async () => {
    sandbox.org.addClient({ clientId: 'web-app', clientSecret: 's' });
    const token = sandbox.org.issueRefreshToken('web-app');
    expect((await refresh(token)).body).toMatchObject({ error: 'invalid_client' });
    expect((await refresh(token, { client_secret: 'x' })).status).toBe(400);
    expect((await refresh(token, { client_secret: 's' })).status).toBe(200);
    sandbox.org.addClient({ clientId: 'web-app', clientSecret: 's', secretForRefresh: false });
    expect((await refresh(token)).status).toBe(200);
  });

  test('works only for its own client', async () => {
    sandbox.org.addClient({ clientId: 'web-app' });
    sandbox.org.addClient({ clientId: 'other' });
    const token = sandbox.org.issueRefreshToken('web-app');
    expect((await refresh(token, { client_id: 'other' })).status).toBe(400);
  });
});

describe('sessions', () => {
  test('end on request or after two idle hours; each use extends them', async () => {
    await sandbox.login();
    const status = async () => (await sandbox.send({ path: `${API}/limits` })).status;
    sandbox.clock.advance(7_199_000);
    expect(await status()).toBe(200);
    sandbox.clock.advance(7_199_000);
    expect(await status()).toBe(200);
    sandbox.clock.advance(7_200_000);
    expect(await status()).toBe(401);
    await sandbox.login();
    sandbox.org.expireSessions();
    const { status: last, body } = await sandbox.send({ path: `${API}/limits` });
    expect({ last, ...errorOf(body) }).toEqual({
      last: 401,
      code: 'INVALID_SESSION_ID',
      message: 'Session expired or invalid',
    });
  });

  test('userinfo returns the logged-in user, and only with a valid token', async () => {
    await sandbox.login();
    const { body } = await sandbox.send({ path: '/services/oauth2/userinfo' });
    expect(body).toMatchObject({
      user_id: sandbox.org.userId,
      organization_id: sandbox.org.organizationId,
      preferred_username: sandbox.org.username,
    });
    sandbox.token = 'unknown';
    const refused = await sandbox.send({ path: '/services/oauth2/userinfo' });
    expect(refused).toMatchObject({ status: 403, body: 'Bad_OAuth_Token' });
  });
});
