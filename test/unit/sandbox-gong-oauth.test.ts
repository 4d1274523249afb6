import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  errorsOf,
  type GongSandbox,
  minimalEvent,
  putEvent,
  startGong,
} from '../support/gong-sandbox.ts';

const CLIENT = { clientId: 'client', clientSecret: 'se:cret', refreshToken: 'first' } as const;
const CLIENT_BASIC = `Basic ${Buffer.from('client:se:cret').toString('base64')}`;
const DAY_MS = 86_400_000;

let sandbox: GongSandbox;

beforeEach(async () => {
  const reader = { ...CLIENT, clientId: 'reader', scopes: ['api:users:read'] };
  const abroad = { ...CLIENT, clientId: 'abroad', apiBaseUrl: 'https://us-49467.api.gong.io' };
  sandbox = await startGong({ oauthClients: [CLIENT, reader, abroad] });
});

afterEach(() => sandbox.server.stop());

interface RefreshOptions {
  readonly client?: string;
  readonly token?: string;
  readonly by?: 'query' | 'form';
}

function send({
  client = 'client',
  token = 'first',
  by = 'query',
}: RefreshOptions = {}): Promise<Response> {
  const parameters = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token });
  const query = by === 'query' ? `?${parameters}` : '';
  return fetch(`${sandbox.origin}/oauth2/generate-customer-token${query}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:se:cret`).toString('base64')}` },
    ...(by === 'form' ? { body: parameters } : {}),
  });
}

async function tokensOf(response: Response): Promise<{ access: string; refresh: string }> {
  const json = Object(await response.json());
  return { access: String(json.access_token), refresh: String(json.refresh_token) };
}

function putAs(token: string): Promise<Response> {
  return putEvent(sandbox.origin, minimalEvent(), { authorization: `Bearer ${token}` });
}

test.each(['query', 'form'] as const)(
  'a refresh by %s returns a new pair, and the access token works',
  async (by) => {
    const response = await send({ by });
    expect(response.status).toBe(200);
    const json: unknown = await response.clone().json();
    expect(json).toMatchObject({
      token_type: 'bearer',
      expires_in: 86_400,
      scope: 'api:engagement-data:write',
    });
    expect(json).not.toHaveProperty('api_base_url_for_customer');
    const { access, refresh } = await tokensOf(response);
    expect(refresh).not.toBe('first');
    expect(sandbox.gong.refreshTokenOf('client')).toBe(refresh);
    expect((await putAs(access)).status).toBe(200);
  },
);

test('a refresh token works once; its successor works', async () => {
  const { refresh } = await tokensOf(await send());
  const again = await send();
  expect(again.status).toBe(400);
  expect(await again.json()).toMatchObject({ error: 'invalid_grant' });
  expect((await send({ token: refresh })).status).toBe(200);
});

test('a refresh returns the base URL of the customer, if there is one', async () => {
  const json: unknown = await (await send({ client: 'abroad' })).json();
  expect(json).toMatchObject({ api_base_url_for_customer: 'https://us-49467.api.gong.io' });
});

test('an access token expires after one day', async () => {
  const { access } = await tokensOf(await send());
  sandbox.clock.advance(DAY_MS - 1);
  expect((await putAs(access)).status).toBe(200);
  sandbox.clock.advance(1);
  const late = await putAs(access);
  expect(late.status).toBe(401);
  expect(await errorsOf(late)).toEqual(['access token has been revoked']);
});

test('revoked access tokens stop working, but the refresh token still works', async () => {
  const { access, refresh } = await tokensOf(await send());
  sandbox.gong.revokeAccessTokens();
  expect((await putAs(access)).status).toBe(401);
  expect((await send({ token: refresh })).status).toBe(200);
});

test('a token without the scope gets 401 with the name of the scope', async () => {
  const { access } = await tokensOf(await send({ client: 'reader' }));
  const response = await putAs(access);
  expect(response.status).toBe(401);
  expect(await errorsOf(response)).toEqual([
    "You don't have permission to use 'api:engagement-data:write' in your app.",
  ]);
});

test('an unknown client gets no token, and the refresh token remains valid', async () => {
  const unknown = await send({ client: 'other' });
  const wrongSecret = await send({ client: 'client:other' });
  const anonymous = await fetch(
    `${sandbox.origin}/oauth2/generate-customer-token?grant_type=refresh_token&refresh_token=first`,
    { method: 'POST' },
  );
  const statuses = [unknown, wrongSecret, anonymous].map(({ status }) => status);
  expect(statuses).toEqual([401, 401, 401]);
  expect((await send()).status).toBe(200);
});

test('another grant type, or none, gets 400', async () => {
  const url = `${sandbox.origin}/oauth2/generate-customer-token`;
  const headers = { authorization: CLIENT_BASIC };
  for (const query of ['?grant_type=authorization_code&refresh_token=first', '']) {
    const response = await fetch(`${url}${query}`, { method: 'POST', headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'unsupported_grant_type' });
  }
});

test('a refresh with a lost response has consumed the token', async () => {
  sandbox.server.faults.add({
    pathIncludes: '/oauth2/',
    times: 1,
    action: { kind: 'lose-answer' },
  });
  await expect(send()).rejects.toThrow();
  expect((await send()).status).toBe(400);
  const next = sandbox.gong.refreshTokenOf('client');
  expect((await send({ token: String(next) })).status).toBe(200);
});

test('token requests do not count toward the call limits', async () => {
  const { access } = await tokensOf(await send());
  for (const client of ['reader', 'abroad']) expect((await send({ client })).status).toBe(200);
  const statuses: number[] = [];
  for (let call = 0; call < 4; call += 1) statuses.push((await putAs(access)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});
