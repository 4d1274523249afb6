import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SalesforceConfig } from '../../src/config/types.ts';
import { StopRequested, UserError } from '../../src/lib/errors.ts';
import { STOP_LIMITS } from '../../src/lib/limits.ts';
import { Secret, scrub } from '../../src/lib/secret.ts';
import { assertionAudience } from '../../src/vendors/salesforce/assertion.ts';
import { SALESFORCE_LIMITS } from '../../src/vendors/salesforce/limits.ts';
import type { RefreshTokenStore } from '../../src/vendors/salesforce/refresh-token.ts';
import {
  asSent,
  createTestClient,
  queryBody,
  type SalesforceHandlers,
  salesforceConfig,
  startSalesforce,
  tokenBody,
} from '../support/salesforce-peer.ts';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const empty: SalesforceHandlers['call'] = (_request, reply) => reply.respond(200, queryBody([]));

const jwtAuth = (privateKey: string): SalesforceConfig['auth'] => ({
  flow: 'jwt-bearer',
  clientId: 'client-id',
  username: 'robot@acme.com',
  privateKey: new Secret(privateKey),
});
const refreshAuth = (token: string): SalesforceConfig['auth'] => ({
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
  test('sends an assertion that the public key verifies, valid for two minutes', async () => {
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
    ['a text', 'hello'],
    ['a key of another kind', ecPrivateKey()],
  ])('refuses %s before anything is sent', async (_what, privateKey) => {
    await using peer = await startSalesforce({ call: empty });
    const { client } = createTestClient(salesforceConfig(peer.origin, jwtAuth(privateKey)));
    await expect(client.instanceUrl()).rejects.toThrow(/privateKey .* RSA key/);
    expect(peer.requests).toHaveLength(0);
  });
});

describe('any login', () => {
  test('with client credentials names the client and its secret', async () => {
    await using peer = await startSalesforce({ call: empty });
    await createTestClient(salesforceConfig(peer.origin)).client.instanceUrl();
    expect(Object.fromEntries(new URLSearchParams(peer.logins[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-id',
      client_secret: 'client-secret',
    });
  });

  test('is shared by the requests that wait for it, and is not a billed call', async () => {
    await using peer = await startSalesforce({ call: empty });
    const { client, billed } = createTestClient(salesforceConfig(peer.origin));
    await Promise.all([client.instanceUrl(), client.queryPages('SELECT Id FROM A', asSent).next()]);
    expect(peer.logins).toHaveLength(1);
    expect(billed()).toBe(1);
  });

  test('makes its access token a secret', async () => {
    await using peer = await startSalesforce({
      login: (_request, reply) => reply.respond(200, tokenBody(peer.origin, 'token-to-hide')),
      call: empty,
    });
    await createTestClient(salesforceConfig(peer.origin)).client.instanceUrl();
    expect(scrub('got token-to-hide')).toBe('got •••');
  });

  test('that is refused says why and what to do, without the secret, once', async () => {
    await using peer = await startSalesforce({
      login: (_request, reply) =>
        reply.respond(400, { error: 'invalid_client', error_description: 'not client-secret' }),
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

  test.each([
    ['http://acme.my.salesforce.com', 'an instance without https: http://acme.my.salesforce.com'],
    ['http://user@127.0.0.1', 'an instance without https: http://127.0.0.1'],
    ['ftp://files.example.com', 'no token'],
  ])('that names the instance %s is refused, whatever the login URL', async (url, message) => {
    await using peer = await startSalesforce({
      login: (_request, reply) => reply.respond(200, tokenBody(url, 'access-1')),
      call: empty,
    });
    const { client } = createTestClient(salesforceConfig(peer.origin));
    await expect(client.instanceUrl()).rejects.toThrow(message);
  });

  test('can respond without a content type, or with another one', async () => {
    for (const type of ['', 'text/plain']) {
      await using peer = await startSalesforce({
        login: (_request, reply) => {
          const body = JSON.stringify(tokenBody(peer.origin, 'access-1'));
          reply.respond(200, body, { 'content-type': type });
        },
        call: empty,
      });
      const { client } = createTestClient(salesforceConfig(peer.origin));
      expect(await client.instanceUrl()).toBe(peer.origin);
    }
  });
});

describe('the refresh token login', () => {
  const rotating: SalesforceHandlers['login'] = (request, reply) => {
    const used = new URLSearchParams(request.body).get('refresh_token') ?? '';
    const known = /^refresh-(\d+)$/.exec(used)?.[1];
    if (known === undefined) {
      reply.respond(400, { error: 'invalid_grant', error_description: 'expired token' });
      return;
    }
    reply.respond(200, {
      ...tokenBody(`http://${request.headers.host}`, `access-${used}`),
      refresh_token: `refresh-${Number(known) + 1}`,
    });
  };

  /** Refuses the first `count` access tokens, so that the client logs in again. */
  const refusing = (count: number): SalesforceHandlers['call'] => {
    const refused = new Set<string | undefined>();
    return (request, reply) => {
      const token = request.headers.authorization;
      if (refused.size < count) refused.add(token);
      if (refused.has(token))
        reply.respond(401, [{ errorCode: 'INVALID_SESSION_ID', message: '' }]);
      else reply.respond(200, queryBody([]));
    };
  };

  test('stores a rotated token before the session is used', async () => {
    const events: string[] = [];
    const store: RefreshTokenStore = {
      load: async () => undefined,
      save: async (token) => void events.push(`saved ${token}`),
    };
    await using peer = await startSalesforce({
      login: rotating,
      call: (_request, reply) => {
        events.push('called');
        reply.respond(200, queryBody([]));
      },
    });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const { client, tokenWarnings } = createTestClient(config, { tokenStore: store });
    await client.queryPages('SELECT Id FROM A', asSent).next();
    expect(events).toEqual(['saved refresh-2', 'called']);
    expect(tokenWarnings).toEqual([]);
  });

  test('continues with the stored token, not with the configured one', async () => {
    await using peer = await startSalesforce({ login: rotating, call: empty });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const store = storeOf('refresh-7');
    await createTestClient(config, { tokenStore: store }).client.instanceUrl();
    expect(peer.logins.map(usedToken)).toEqual(['refresh-7']);
    expect(await store.load()).toBe('refresh-8');
  });

  test('never returns to the configured token: the stored one is newer', async () => {
    await using peer = await startSalesforce({ login: rotating, call: empty });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const store = storeOf('revoked');
    const { client } = createTestClient(config, { tokenStore: store });
    await expect(client.instanceUrl()).rejects.toMatchObject({ code: 'invalid_grant' });
    expect(peer.logins.map(usedToken)).toEqual(['revoked']);
  });

  test('uses a token that was stored while the previous one was refused', async () => {
    await using peer = await startSalesforce({ login: rotating, call: empty });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const loads = ['used-by-another', 'refresh-7'];
    const saved: string[] = [];
    const store: RefreshTokenStore = {
      load: async () => loads.shift(),
      save: async (token) => void saved.push(token),
    };
    expect(await createTestClient(config, { tokenStore: store }).client.instanceUrl()).toBe(
      peer.origin,
    );
    expect(peer.logins.map(usedToken)).toEqual(['used-by-another', 'refresh-7']);
    expect(saved).toEqual(['refresh-8']);
  });

  test('loads, uses and saves a token within the store’s lock', async () => {
    const events: string[] = [];
    await using peer = await startSalesforce({
      login: (request, reply) => {
        events.push('use');
        rotating(request, reply);
      },
      call: empty,
    });
    const store: RefreshTokenStore = {
      load: async () => void events.push('load'),
      save: async () => void events.push('save'),
      exclusive: async (work) => {
        events.push('lock');
        return work().finally(() => events.push('unlock'));
      },
    };
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    await createTestClient(config, { tokenStore: store }).client.instanceUrl();
    expect(events).toEqual(['lock', 'load', 'use', 'save', 'unlock']);
  });

  test('stores a token that arrives after the stop, then stops', async () => {
    let stopNow = (): void => {};
    await using peer = await startSalesforce({
      login: (request, reply) => {
        stopNow();
        setImmediate(() => rotating(request, reply));
      },
      call: empty,
    });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const store = storeOf(undefined);
    const { client, stop } = createTestClient(config, { tokenStore: store });
    stopNow = () => stop.abort(new StopRequested());
    await expect(client.instanceUrl()).rejects.toThrow(StopRequested);
    expect(await store.load()).toBe('refresh-2');
  });

  test('does not start after a stop, neither immediately nor after the wait for the lock', async () => {
    await using peer = await startSalesforce({ login: rotating, call: empty });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const early = createTestClient(config, { tokenStore: storeOf(undefined) });
    early.stop.abort(new StopRequested());
    await expect(early.client.instanceUrl()).rejects.toThrow(StopRequested);
    const late = createTestClient(config, {
      tokenStore: {
        ...storeOf(undefined),
        exclusive: (work) => {
          late.stop.abort(new StopRequested());
          return work();
        },
      },
    });
    await expect(late.client.instanceUrl()).rejects.toThrow(StopRequested);
    expect(peer.logins).toEqual([]);
  });

  test('has its own time limit, since a stop does not abort it', async () => {
    await using peer = await startSalesforce({ login: () => stopNow(), call: empty });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const { client, stop } = createTestClient(config, { responseMsMax: 30 });
    const stopNow = () => stop.abort(new StopRequested());
    await expect(client.instanceUrl()).rejects.toThrow(StopRequested);
    expect(SALESFORCE_LIMITS.tokenRefreshMsMax).toBe(STOP_LIMITS.drainMsMax);
  });

  test('stores the token of a response that is otherwise unusable', async () => {
    await using peer = await startSalesforce({
      login: (_request, reply) => reply.respond(200, { refresh_token: 'refresh-2' }),
      call: empty,
    });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const store = storeOf(undefined);
    const { client } = createTestClient(config, { tokenStore: store });
    await expect(client.instanceUrl()).rejects.toThrow('no token');
    expect(await store.load()).toBe('refresh-2');
  });

  test('without a store rotates in memory and says once what to do', async () => {
    await using peer = await startSalesforce({ login: rotating, call: refusing(2) });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const { client, tokenWarnings } = createTestClient(config);
    await client
      .queryPages('SELECT Id FROM A', asSent)
      .next()
      .catch(() => {});
    await client.queryPages('SELECT Id FROM A', asSent).next();
    expect(peer.logins.map(usedToken)).toEqual(['refresh-1', 'refresh-2', 'refresh-3']);
    expect(tokenWarnings).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('replaced the refresh token'),
        hint: expect.stringMatching(/secretKey.*Authorize the app again/),
      }),
    ]);
  });

  test('without a store names both steps if the token is already used up', async () => {
    await using peer = await startSalesforce({ login: rotating, call: empty });
    const { client } = createTestClient(salesforceConfig(peer.origin, refreshAuth('used-up')));
    await expect(client.instanceUrl()).rejects.toMatchObject({
      code: 'invalid_grant',
      hint: expect.stringMatching(/secretKey.*Authorize the app again/),
    });
  });

  test('fails if the rotated token cannot be stored, and stores it before the next use', async () => {
    await using peer = await startSalesforce({ login: rotating, call: empty });
    const config = salesforceConfig(peer.origin, refreshAuth('refresh-1'));
    const inner = storeOf('refresh-1');
    let broken = true;
    const store: RefreshTokenStore = {
      load: inner.load,
      save: async (token) => {
        if (broken) throw new Error('disk full');
        await inner.save(token);
      },
    };
    const { client } = createTestClient(config, { tokenStore: store });
    await expect(client.instanceUrl()).rejects.toThrow('disk full');
    broken = false;
    await client.instanceUrl();
    expect(peer.logins.map(usedToken)).toEqual(['refresh-1', 'refresh-2']);
    expect(await store.load()).toBe('refresh-3');
  });
});

function usedToken({ body }: { readonly body: string }): string | null {
  return new URLSearchParams(body).get('refresh_token');
}

function storeOf(first: string | undefined): RefreshTokenStore {
  let stored = first;
  return {
    load: async () => stored,
    save: async (token) => {
      stored = token;
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
