import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SalesforceAuth } from '../../src/config/types.ts';
import { UserError } from '../../src/lib/errors.ts';
import { Secret, scrub } from '../../src/lib/secret.ts';
import { assertionAudience } from '../../src/vendors/salesforce/assertion.ts';
import type { TokenStore } from '../../src/vendors/salesforce/session.ts';
import {
  createTestClient,
  queryAnswer,
  type SalesforceHandlers,
  salesforceConfig,
  startSalesforce,
  tokenAnswer,
} from '../support/salesforce-peer.ts';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const empty: SalesforceHandlers['call'] = (_request, reply) => reply.answer(200, queryAnswer([]));

const jwtAuth = (privateKey: string): SalesforceAuth => ({
  flow: 'jwt-bearer',
  clientId: 'client-id',
  username: 'robot@acme.com',
  privateKey: new Secret(privateKey),
});
const refreshAuth = (token: string): SalesforceAuth => ({
  flow: 'refresh-token',
  clientId: 'client-id',
  refreshToken: new Secret(token),
});

describe('the audience of an assertion', () => {
  test.each([
    ['https://login.salesforce.com', 'https://login.salesforce.com'],
    ['https://test.salesforce.com/', 'https://test.salesforce.com'],
    ['https://acme.my.salesforce.com', 'https://login.salesforce.com'],
    ['https://ACME.my.salesforce.com/login', 'https://login.salesforce.com'],
    ['https://acme-dev-ed.develop.my.salesforce.com', 'https://login.salesforce.com'],
    ['https://acme--uat.sandbox.my.salesforce.com', 'https://test.salesforce.com'],
    ['https://acme--uat.my.salesforce.com', 'https://test.salesforce.com'],
    ['https://acme--uat.cs12.my.salesforce.com', 'https://test.salesforce.com'],
    ['https://acme-1.scratch.my.salesforce.com', 'https://test.salesforce.com'],
    ['https://acme.my.salesforce.com.evil.example', 'https://acme.my.salesforce.com.evil.example'],
    ['https://acme.my.site.com', 'https://acme.my.site.com'],
    ['http://127.0.0.1:4567/x', 'http://127.0.0.1:4567'],
  ])('of %s is %s', (loginUrl, audience) => {
    expect(assertionAudience(loginUrl)).toBe(audience);
  });
});

describe('the JWT bearer login', () => {
  test('sends an assertion that the public key verifies, good for two minutes', async () => {
    await using peer = await startSalesforce({ call: empty });
    const { client, clock } = createTestClient(
      salesforceConfig(peer.origin, jwtAuth(keys.privateKey)),
    );
    expect(await client.instanceUrl()).toBe(peer.origin);

    const form = new URLSearchParams(peer.logins[0]?.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header = '', claims = '', signature = ''] = form.get('assertion')?.split('.') ?? [];
    const verifier = createVerify('RSA-SHA256').update(`${header}.${claims}`);
    expect(verifier.verify(keys.publicKey, signature, 'base64url')).toBe(true);
    expect(decode(header)).toEqual({ alg: 'RS256' });
    expect(decode(claims)).toEqual({
      iss: 'client-id',
      sub: 'robot@acme.com',
      aud: peer.origin,
      exp: clock.now() / 1_000 + 120,
    });
  });

  test.each([
    ['no key', 'hello'],
    ['a key of another kind', ecPrivateKey()],
  ])('%s is refused before anything is sent', async (_what, privateKey) => {
    await using peer = await startSalesforce({ call: empty });
    const { client } = createTestClient(salesforceConfig(peer.origin, jwtAuth(privateKey)));
    await expect(client.instanceUrl()).rejects.toThrow(/privateKey .* key/);
    expect(peer.requests).toHaveLength(0);
  });
});

describe('any login', () => {
  test('of client credentials names the client and its secret', async () => {
    await using peer = await startSalesforce({ call: empty });
    await createTestClient(salesforceConfig(peer.origin)).client.instanceUrl();
    expect(Object.fromEntries(new URLSearchParams(peer.logins[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-id',
      client_secret: 'client-secret',
    });
  });

  test('is shared by the requests that wait for it, and is no billed call', async () => {
    await using peer = await startSalesforce({ call: empty });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    await Promise.all([client.instanceUrl(), client.queryPages('SELECT Id FROM A').next()]);
    expect(peer.logins).toHaveLength(1);
    expect(billed()).toBe(1);
  });

  test('makes its access token a secret', async () => {
    await using peer = await startSalesforce({
      login: (_request, reply) => reply.answer(200, tokenAnswer(peer.origin, 'token-to-hide')),
      call: empty,
    });
    await createTestClient(salesforceConfig(peer.origin)).client.instanceUrl();
    expect(scrub('got token-to-hide')).toBe('got •••');
  });

  test('that is refused says why and what to do, without the secret, once', async () => {
    await using peer = await startSalesforce({
      login: (_request, reply) =>
        reply.answer(400, { error: 'invalid_client', error_description: 'not client-secret' }),
      call: empty,
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    const error = await client.instanceUrl().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'Salesforce refused the login: invalid_client: not •••',
      hint: expect.stringContaining('clientSecret'),
    });
    expect(peer.logins).toHaveLength(1);
  });

  test('that names an instance without https is refused where the login has https', async () => {
    await using peer = await startSalesforce({
      login: (_request, reply) =>
        reply.answer(200, tokenAnswer('ftp://files.example.com', 'access-1')),
      call: empty,
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(client.instanceUrl()).rejects.toThrow('no token');
  });
});

describe('the refresh token login', () => {
  const rotating: SalesforceHandlers['login'] = (request, reply) => {
    const used = new URLSearchParams(request.body).get('refresh_token') ?? '';
    const known = /^refresh-(\d+)$/.exec(used)?.[1];
    if (known === undefined) {
      reply.answer(400, { error: 'invalid_grant', error_description: 'expired token' });
      return;
    }
    reply.answer(200, {
      ...tokenAnswer(`http://${request.headers.host}`, `access-${used}`),
      refresh_token: `refresh-${Number(known) + 1}`,
    });
  };

  /** Refuses the first `count` access tokens, so that the client logs in again. */
  const refusing = (count: number): SalesforceHandlers['call'] => {
    const refused = new Set<string | undefined>();
    return (request, reply) => {
      const token = request.headers.authorization;
      if (refused.size < count) refused.add(token);
      if (refused.has(token)) reply.answer(401, [{ errorCode: 'INVALID_SESSION_ID', message: '' }]);
      else reply.answer(200, queryAnswer([]));
    };
  };

  test('keeps a rotated token in the store before the session is used', async () => {
    const events: string[] = [];
    const store: TokenStore = {
      load: async () => undefined,
      save: async (token) => void events.push(`saved ${token}`),
    };
    await using peer = await startSalesforce({
      login: rotating,
      call: (_request, reply) => {
        events.push('called');
        reply.answer(200, queryAnswer([]));
      },
    });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const { client, warnings } = createTestClient(config, { tokenStore: store });
    await client.queryPages('SELECT Id FROM A').next();
    expect(events).toEqual(['saved refresh-2', 'called']);
    expect(warnings).toEqual([]);
  });

  test('goes on with the token in the store, not with the configured one', async () => {
    await using peer = await startSalesforce({ login: rotating, call: empty });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const store = storeOf('refresh-7');
    await createTestClient(config, { tokenStore: store }).client.instanceUrl();
    expect(peer.logins.map(({ body }) => new URLSearchParams(body).get('refresh_token'))).toEqual([
      'refresh-7',
    ]);
    expect(await store.load()).toBe('refresh-8');
  });

  test('takes the configured token where the stored one is refused: it may be newer', async () => {
    await using peer = await startSalesforce({ login: rotating, call: empty });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const store = storeOf('revoked');
    await createTestClient(config, { tokenStore: store }).client.instanceUrl();
    expect(await store.load()).toBe('refresh-2');
  });

  test('without a store rotates in memory and warns once', async () => {
    await using peer = await startSalesforce({ login: rotating, call: refusing(2) });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const { client, warnings } = createTestClient(config);
    await client
      .queryPages('SELECT Id FROM A')
      .next()
      .catch(() => {});
    await client.queryPages('SELECT Id FROM A').next();
    expect(peer.logins.map(({ body }) => new URLSearchParams(body).get('refresh_token'))).toEqual([
      'refresh-1',
      'refresh-2',
      'refresh-3',
    ]);
    expect(warnings).toEqual([expect.stringContaining('secretKey')]);
  });

  test('fails where the rotated token cannot be kept', async () => {
    await using peer = await startSalesforce({ login: rotating, call: empty });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const store: TokenStore = {
      load: async () => undefined,
      save: async () => {
        throw new Error('disk full');
      },
    };
    const { client } = createTestClient(config, { tokenStore: store });
    await expect(client.instanceUrl()).rejects.toThrow('disk full');
  });
});

function storeOf(first: string): TokenStore {
  let kept = first;
  return {
    load: async () => kept,
    save: async (token) => {
      kept = token;
    },
  };
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

function ecPrivateKey(): string {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}
