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

interface Ask {
  readonly client?: string;
  readonly token?: string;
  readonly by?: 'query' | 'form';
}

function ask({ client = 'client', token = 'first', by = 'query' }: Ask = {}): Promise<Response> {
  const parameters = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token });
  const query = by === 'query' ? `?${parameters}` : '';
  return fetch(`${sandbox.origin}/oauth2/generate-customer-token${query}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:se:cret`).toString('base64')}` },
    ...(by === 'form' ? { body: parameters } : {}),
  });
}

async function tokensOf(response: Response): Promise<{ access: string; refresh: string }> {
  const answer = Object(await response.json());
  return { access: String(answer.access_token), refresh: String(answer.refresh_token) };
}

function putAs(token: string): Promise<Response> {
  return putEvent(sandbox.origin, minimalEvent(), { authorization: `Bearer ${token}` });
}

test.each(['query', 'form'] as const)(
  'a refresh by %s brings a new pair, and the token works',
  async (by) => {
    const response = await ask({ by });
    expect(response.status).toBe(200);
    const answer: unknown = await response.clone().json();
    expect(answer).toMatchObject({
      token_type: 'bearer',
      expires_in: 86_400,
      scope: 'api:engagement-data:write',
    });
    expect(answer).not.toHaveProperty('api_base_url_for_customer');
    const { access, refresh } = await tokensOf(response);
    expect(refresh).not.toBe('first');
    expect(sandbox.gong.refreshTokenOf('client')).toBe(refresh);
    expect((await putAs(access)).status).toBe(200);
  },
);

test('a refresh token works once; its successor works', async () => {
  const { refresh } = await tokensOf(await ask());
  const again = await ask();
  expect(again.status).toBe(400);
  expect(await again.json()).toMatchObject({ error: 'invalid_grant' });
  expect((await ask({ token: refresh })).status).toBe(200);
});

test('the base url of the customer is told where there is one', async () => {
  const answer: unknown = await (await ask({ client: 'abroad' })).json();
  expect(answer).toMatchObject({ api_base_url_for_customer: 'https://us-49467.api.gong.io' });
});

test('an access token lives a day and not longer', async () => {
  const { access } = await tokensOf(await ask());
  sandbox.clock.advance(DAY_MS - 1);
  expect((await putAs(access)).status).toBe(200);
  sandbox.clock.advance(1);
  const late = await putAs(access);
  expect(late.status).toBe(401);
  expect(await errorsOf(late)).toEqual(['access token has been revoked']);
});

test('revoked access tokens stop, while the refresh token still works', async () => {
  const { access, refresh } = await tokensOf(await ask());
  sandbox.gong.revokeAccessTokens();
  expect((await putAs(access)).status).toBe(401);
  expect((await ask({ token: refresh })).status).toBe(200);
});

test('a token without the scope is 401 with the scope named', async () => {
  const { access } = await tokensOf(await ask({ client: 'reader' }));
  const response = await putAs(access);
  expect(response.status).toBe(401);
  expect(await errorsOf(response)).toEqual([
    "You don't have permission to use 'api:engagement-data:write' in your app.",
  ]);
});

test('a client that is not known gets no token, and the refresh token stays good', async () => {
  const unknown = await ask({ client: 'other' });
  const wrongSecret = await ask({ client: 'client:other' });
  const nobody = await fetch(
    `${sandbox.origin}/oauth2/generate-customer-token?grant_type=refresh_token&refresh_token=first`,
    { method: 'POST' },
  );
  const statuses = [unknown, wrongSecret, nobody].map(({ status }) => status);
  expect(statuses).toEqual([401, 401, 401]);
  expect((await ask()).status).toBe(200);
});

test('another grant type, or none, is 400', async () => {
  const url = `${sandbox.origin}/oauth2/generate-customer-token`;
  const headers = { authorization: CLIENT_BASIC };
  for (const query of ['?grant_type=authorization_code&refresh_token=first', '']) {
    const response = await fetch(`${url}${query}`, { method: 'POST', headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'unsupported_grant_type' });
  }
});

test('a refresh whose answer is lost has used the token up', async () => {
  sandbox.server.faults.add({
    pathIncludes: '/oauth2/',
    times: 1,
    action: { kind: 'lose-answer' },
  });
  await expect(ask()).rejects.toThrow();
  expect((await ask()).status).toBe(400);
  const next = sandbox.gong.refreshTokenOf('client');
  expect((await ask({ token: String(next) })).status).toBe(200);
});

test('token requests count towards no limit of calls', async () => {
  const { access } = await tokensOf(await ask());
  for (const client of ['reader', 'abroad']) expect((await ask({ client })).status).toBe(200);
  const statuses: number[] = [];
  for (let call = 0; call < 4; call += 1) statuses.push((await putAs(access)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});
