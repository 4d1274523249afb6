import { generateKeyPairSync, sign } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  API,
  AskedOrg,
  CLIENT_ID,
  CLIENT_SECRET,
  errorOf,
  ORIGIN,
  recordOf,
  textOf,
} from '../support/salesforce-org.ts';

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

let asked: AskedOrg;

beforeEach(() => {
  asked = new AskedOrg();
});

function assertion(
  differing: Readonly<Record<string, unknown>> = {},
  options: { key?: string; alg?: string } = {},
): string {
  const claims = {
    iss: 'jwt-app',
    sub: asked.org.username,
    aud: ORIGIN,
    exp: Math.floor(asked.clock.now() / 1000) + 120,
    ...differing,
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: options.alg ?? 'RS256' })}.${encode(claims)}`;
  const key = options.key ?? registered.privateKey;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

async function askWith(text: string): Promise<string> {
  const { status, body } = await asked.postToken({ grant_type: JWT_BEARER, assertion: text });
  return status === 200
    ? 'ok'
    : `${status} ${recordOf(body)['error']}: ${recordOf(body)['error_description']}`;
}

describe('JWT bearer', () => {
  beforeEach(() => {
    asked.org.addClient({ clientId: 'jwt-app', publicKey: registered.publicKey });
  });

  test.each([
    ['the origin that was reached', {}],
    ['login.salesforce.com', { aud: 'https://login.salesforce.com' }],
    ['test.salesforce.com', { aud: 'https://test.salesforce.com' }],
    ['a username in another case', { sub: 'Integration@ACME.example' }],
  ])('an assertion of the registered key is taken: %s', async (_name, claims) => {
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
  ])('refused: %s', async (_name, text, expected) => {
    expect(await askWith(text())).toBe(`400 ${expected}`);
  });

  test('claims that were changed after signing are refused', async () => {
    const [header, , signature] = assertion().split('.');
    const [, payload] = assertion({ sub: 'someone-else@acme.example' }).split('.');
    asked.org.add('User', { Username: 'someone-else@acme.example' });
    expect(await askWith(`${header}.${payload}.${signature}`)).toContain('invalid assertion');
  });

  test('exp must lie ahead, by five minutes at most', async () => {
    const now = asked.clock.now() / 1000;
    expect(await askWith(assertion({ exp: now }))).toContain('invalid assertion');
    expect(await askWith(assertion({ exp: now + 1 }))).toBe('ok');
    expect(await askWith(assertion({ exp: now + 300 }))).toBe('ok');
    expect(await askWith(assertion({ exp: now + 301 }))).toContain('invalid assertion');
  });

  test('an inactive user is refused', async () => {
    asked.org.update(asked.org.userId, { IsActive: false });
    expect(await askWith(assertion())).toBe('400 invalid_grant: inactive user');
  });
});

describe('client credentials', () => {
  test('are taken from the form or from Basic authentication, with a whole answer', async () => {
    const { status, body } = await asked.postToken(CLIENT_CREDENTIALS);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      instance_url: ORIGIN,
      token_type: 'Bearer',
      id: `${ORIGIN}/id/${asked.org.organizationId}/${asked.org.userId}`,
      issued_at: String(asked.clock.now()),
    });
    expect(recordOf(body)).not.toHaveProperty('refresh_token');
    const basic = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64');
    const byHeader = await asked.postToken(
      { grant_type: 'client_credentials' },
      { authorization: `Basic ${basic}` },
    );
    expect(byHeader.status).toBe(200);
  });

  test('refuses a wrong secret, an unknown client, a client without a user to run as', async () => {
    const wrong = await asked.postToken({ ...CLIENT_CREDENTIALS, client_secret: 'wrong' });
    expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid_client' } });
    const unknown = await asked.postToken({ ...CLIENT_CREDENTIALS, client_id: 'x' });
    expect(unknown.body).toMatchObject({ error: 'invalid_client_id' });
    asked.org.addClient({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
    const nobody = await asked.postToken(CLIENT_CREDENTIALS);
    expect(nobody.body).toMatchObject({ error_description: 'no client credentials user enabled' });
  });

  test('other grant types and other methods are refused', async () => {
    const password = await asked.postToken({ grant_type: 'password' });
    expect(password.body).toMatchObject({ error: 'unsupported_grant_type' });
    const get = await asked.ask({ path: '/services/oauth2/token' });
    expect(get).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});

describe('refresh token', () => {
  const refresh = (refreshToken: string, differing: Record<string, string> = {}) =>
    asked.postToken({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: 'web-app',
      ...differing,
    });

  test('without rotation it stays valid, until it is revoked', async () => {
    asked.org.addClient({ clientId: 'web-app' });
    const token = asked.org.issueRefreshToken('web-app');
    expect((await refresh(token)).status).toBe(200);
    const again = await refresh(token);
    expect(recordOf(again.body)).not.toHaveProperty('refresh_token');
    asked.org.revokeRefreshToken(token);
    expect((await refresh(token)).body).toEqual({
      error: 'invalid_grant',
      error_description: 'expired access/refresh token',
    });
  });

  test('with rotation each is good once, and the session of the last refresh ends', async () => {
    asked.org.addClient({ clientId: 'web-app', rotateRefreshTokens: true });
    const first = asked.org.issueRefreshToken('web-app');
    const { body } = await refresh(first);
    const second = textOf(recordOf(body)['refresh_token']);
    expect((await refresh(first)).status).toBe(400);
    asked.token = textOf(recordOf(body)['access_token']);
    expect((await asked.ask({ path: `${API}/limits` })).status).toBe(200);
    expect((await refresh(second)).status).toBe(200);
    expect((await asked.ask({ path: `${API}/limits` })).status).toBe(401);
  });

  test('asks for the secret where there is one, unless the app does without', async () => {
    asked.org.addClient({ clientId: 'web-app', clientSecret: 's' });
    const token = asked.org.issueRefreshToken('web-app');
    expect((await refresh(token)).body).toMatchObject({ error: 'invalid_client' });
    expect((await refresh(token, { client_secret: 'x' })).status).toBe(400);
    expect((await refresh(token, { client_secret: 's' })).status).toBe(200);
    asked.org.addClient({ clientId: 'web-app', clientSecret: 's', secretForRefresh: false });
    expect((await refresh(token)).status).toBe(200);
  });

  test('another client may not use it', async () => {
    asked.org.addClient({ clientId: 'web-app' });
    asked.org.addClient({ clientId: 'other' });
    const token = asked.org.issueRefreshToken('web-app');
    expect((await refresh(token, { client_id: 'other' })).status).toBe(400);
  });
});

describe('sessions', () => {
  test('end on request and after two idle hours, and are prolonged by use', async () => {
    await asked.login();
    const status = async () => (await asked.ask({ path: `${API}/limits` })).status;
    asked.clock.advance(7_199_000);
    expect(await status()).toBe(200);
    asked.clock.advance(7_199_000);
    expect(await status()).toBe(200);
    asked.clock.advance(7_200_000);
    expect(await status()).toBe(401);
    await asked.login();
    asked.org.expireSessions();
    const { status: last, body } = await asked.ask({ path: `${API}/limits` });
    expect({ last, ...errorOf(body) }).toEqual({
      last: 401,
      code: 'INVALID_SESSION_ID',
      message: 'Session expired or invalid',
    });
  });

  test('userinfo says who is logged in, and to nobody else', async () => {
    await asked.login();
    const { body } = await asked.ask({ path: '/services/oauth2/userinfo' });
    expect(body).toMatchObject({
      user_id: asked.org.userId,
      organization_id: asked.org.organizationId,
      preferred_username: asked.org.username,
    });
    asked.token = 'made-up';
    const refused = await asked.ask({ path: '/services/oauth2/userinfo' });
    expect(refused).toMatchObject({ status: 403, body: 'Bad_OAuth_Token' });
  });
});
