import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGongClient, type GongClientOptions } from '../../src/vendors/gong/client.ts';
import type { GongTokenStore, GongTokens } from '../../src/vendors/gong/tokens.ts';
import { oauthConfig } from '../support/gong-config.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Peer, type PeerReply, type PeerRequest, startPeer } from '../support/peer.ts';

const BODY = '{"contentTitle":"Prices"}';
const DAY_MS = 86_400_000;
const TOKEN_PATH = '/oauth2/generate-customer-token';

/** A Gong with single-use refresh tokens; `events` lists what happened, in order. */
class FakeGong {
  readonly events: string[] = [];
  readonly validTokens = new Set<string>();
  refreshToken = 'refresh-token-0';
  pairs = 0;
  extraFields: object = {};
  onTokenRequest: ((reply: PeerReply) => boolean) | undefined;
  beforeTokens: (() => Promise<void>) | undefined;

  readonly handler = async (request: PeerRequest, reply: PeerReply): Promise<void> => {
    const url = new URL(request.url, 'http://gong');
    if (url.pathname === TOKEN_PATH) await this.#refresh(request, url, reply);
    else this.#receive(request, reply);
  };

  async #refresh(request: PeerRequest, url: URL, reply: PeerReply): Promise<void> {
    const used = url.searchParams.get('refresh_token') ?? '';
    this.events.push(`refresh ${used}`);
    await this.beforeTokens?.();
    if (this.onTokenRequest?.(reply)) return;
    const basic = Buffer.from('client-id-1:client-secret-1').toString('base64');
    if (request.method !== 'POST' || request.headers.authorization !== `Basic ${basic}`) {
      reply.respond(401, { error: 'invalid_client' });
    } else if (url.searchParams.get('grant_type') !== 'refresh_token' || request.body !== '') {
      reply.respond(400, { error: 'unsupported_grant_type' });
    } else if (used !== this.refreshToken) {
      reply.respond(400, { error: 'invalid_grant' });
    } else {
      reply.respond(200, this.newPair());
    }
  }

  newPair(): object {
    this.pairs += 1;
    this.refreshToken = `refresh-token-${this.pairs}`;
    const accessToken = `access-token-${this.pairs}`;
    this.validTokens.clear();
    this.validTokens.add(accessToken);
    return {
      access_token: accessToken,
      refresh_token: this.refreshToken,
      expires_in: DAY_MS / 1_000,
      ...this.extraFields,
    };
  }

  #receive(request: PeerRequest, reply: PeerReply): void {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? 'none';
    const isValid = this.validTokens.has(token);
    this.events.push(`${isValid ? 'accept' : 'refuse'} ${token}`);
    if (isValid) reply.respond(200, { requestId: 'req1' });
    else reply.respond(401, { errors: ['access token has been revoked'] });
  }
}

class MemoryStore implements GongTokenStore {
  readonly events: string[];
  tokens: GongTokens | undefined;
  failures = 0;

  constructor(events: string[]) {
    this.events = events;
  }

  load(): Promise<GongTokens | undefined> {
    return Promise.resolve(this.tokens);
  }

  async save(tokens: GongTokens): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('disk full');
    }
    this.tokens = tokens;
    this.events.push(`save ${tokens.accessToken}`);
  }
}

/** the number of token requests, successful or not */
const tokenRequests = (): number =>
  gong.events.filter((event) => event.startsWith('refresh ')).length;

let gong: FakeGong;
let peer: Peer;
let store: MemoryStore;
let clock: ManualClock;
const never = new AbortController().signal;

beforeEach(async () => {
  gong = new FakeGong();
  peer = await startPeer(gong.handler);
  store = new MemoryStore(gong.events);
  clock = new ManualClock();
});
afterEach(() => peer.close());

function client(options: Partial<GongClientOptions> = {}) {
  return createGongClient({ config: oauthConfig(peer.origin), clock, tokens: store, ...options });
}

function pair(number: number, changes: Partial<GongTokens> = {}): GongTokens {
  return {
    accessToken: `access-token-${number}`,
    refreshToken: `refresh-token-${number}`,
    expiresAt: clock.now() + DAY_MS,
    ...changes,
  };
}

describe('the tokens of a Gong account', () => {
  it('come from the configured refresh token first, and are saved before use', async () => {
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events).toEqual([
      'refresh refresh-token-0',
      'save access-token-1',
      'accept access-token-1',
    ]);
    expect(store.tokens).toEqual(pair(1));
  });

  it('are the stored ones, without a request, until they expire', async () => {
    store.tokens = pair(7);
    gong.validTokens.add('access-token-7');
    const one = client();
    await one.shareContent(BODY, never);
    await one.shareContent(BODY, never);
    expect(gong.events).toEqual(['accept access-token-7', 'accept access-token-7']);
  });

  it('are renewed a minute before they expire, each time with the latest refresh token', async () => {
    const one = client();
    await one.shareContent(BODY, never);
    clock.advance(DAY_MS - 60_001);
    await one.shareContent(BODY, never);
    clock.advance(1);
    await one.shareContent(BODY, never);
    expect(gong.events).toEqual([
      'refresh refresh-token-0',
      'save access-token-1',
      'accept access-token-1',
      'accept access-token-1',
      'refresh refresh-token-1',
      'save access-token-2',
      'accept access-token-2',
    ]);
  });

  it('are loaded by the next process, which never uses a refresh token twice', async () => {
    await client().shareContent(BODY, never);
    clock.advance(2 * DAY_MS);
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events.filter((event) => event.startsWith('refresh '))).toEqual([
      'refresh refresh-token-0',
      'refresh refresh-token-1',
    ]);
  });

  it('are requested once for any number of parallel senders', async () => {
    const one = client();
    const calls = Array.from({ length: 20 }, () => one.shareContent(BODY, never));
    const kinds = (await Promise.all(calls)).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['accepted']));
    expect(tokenRequests()).toBe(1);
  });

  it('need a store: no client can be created without one', () => {
    expect(() => createGongClient({ config: oauthConfig(peer.origin), clock })).toThrow(
      /token store/,
    );
  });
});

describe('a 401', () => {
  it('renews the tokens once and repeats the call', async () => {
    store.tokens = pair(0);
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events).toEqual([
      'refuse access-token-0',
      'refresh refresh-token-0',
      'save access-token-1',
      'accept access-token-1',
    ]);
  });

  it('to twenty parallel senders renews them once', async () => {
    store.tokens = pair(0);
    const one = client();
    const calls = Array.from({ length: 20 }, () => one.shareContent(BODY, never));
    const kinds = (await Promise.all(calls)).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['accepted']));
    expect(tokenRequests()).toBe(1);
  });

  it('to the renewed tokens too is refused, with a hint', async () => {
    store.tokens = pair(0);
    gong.validTokens.add = () => gong.validTokens;
    expect(await client().shareContent(BODY, never)).toMatchObject({
      kind: 'refused',
      status: 401,
      errors: ['access token has been revoked'],
      hint: expect.stringContaining('api:engagement-data:write'),
    });
    expect(gong.pairs).toBe(1);
    expect(peer.requests).toHaveLength(3);
  });

  it('uses the tokens that another process has renewed in the meantime', async () => {
    store.tokens = pair(0);
    const one = client();
    await one.shareContent(BODY, never);
    // Another process renews: its pair is in the store, and ours stopped working.
    gong.newPair();
    store.tokens = pair(2);
    gong.events.length = 0;
    expect(await one.shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events).toEqual(['refuse access-token-1', 'accept access-token-2']);
  });

  it('repeats the call only if one is left', async () => {
    store.tokens = pair(0);
    const lastEvents: string[] = [];
    const beforeRepeat = (mayRepeat: boolean) => async () => {
      lastEvents.push(gong.events.at(-1) ?? '');
      return mayRepeat;
    };
    const without = await client({ beforeRepeat: beforeRepeat(false) }).shareContent(BODY, never);
    expect(without).toMatchObject({ kind: 'unavailable' });
    expect(gong.events.at(-1)).toBe('save access-token-1');
    store.tokens = pair(8, { refreshToken: 'refresh-token-1' });
    const withOne = await client({ beforeRepeat: beforeRepeat(true) }).shareContent(BODY, never);
    expect(withOne).toMatchObject({ kind: 'accepted' });
    expect(lastEvents).toEqual(['save access-token-1', 'save access-token-2']);
  });
});

describe('a renewal that fails', () => {
  it('is refused if the refresh token is used up, and no event is sent', async () => {
    gong.refreshToken = 'another';
    expect(await client().shareContent(BODY, never)).toMatchObject({
      kind: 'refused',
      status: 400,
      errors: ['token request: Gong returned 400: invalid_grant'],
      hint: expect.stringContaining('gong.auth.refreshToken'),
    });
    expect(gong.events).toEqual(['refresh refresh-token-0']);
  });

  it('does not fail if another process was slightly faster', async () => {
    gong.beforeTokens = async () => {
      gong.beforeTokens = undefined;
      gong.newPair();
      store.tokens = pair(1);
    };
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events).toEqual(['refresh refresh-token-0', 'accept access-token-1']);
  });

  it.each([
    ['an error', (reply: PeerReply) => reply.respond(503, 'busy')],
    ['a reset', (reply: PeerReply) => reply.reset()],
    ['half of a response', (reply: PeerReply) => reply.truncate('{"access_token":"access-', 100)],
    ['a page', (reply: PeerReply) => reply.respond(200, '<html><body>hello</body></html>')],
    ['silence', () => {}],
  ])('with %s is unavailable, and retried by the next call', async (_, misbehave) => {
    gong.onTokenRequest = (reply) => {
      misbehave(reply);
      return true;
    };
    const one = client({ timeoutMs: 2_000 });
    const response = await one.shareContent(BODY, never);
    expect(response.kind).toBe('unavailable');
    expect(response.errors[0]).toMatch(/^token request: /);
    gong.onTokenRequest = undefined;
    expect(await one.shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
  });

  it('with a redirect is refused, and the other host never sees the client’s secret', async () => {
    const stranger = await startPeer((_, reply) => reply.respond(200, gong.newPair()));
    gong.onTokenRequest = (reply) => {
      reply.respond(307, '', { location: `${stranger.origin}${TOKEN_PATH}` });
      return true;
    };
    expect(await client().shareContent(BODY, never)).toMatchObject({
      kind: 'refused',
      status: 307,
    });
    expect(stranger.requests).toEqual([]);
    await stranger.close();
  });

  it('in the store fails loudly, loses no token, and uses none unsaved', async () => {
    store.failures = 2;
    const one = client();
    await expect(one.shareContent(BODY, never)).rejects.toThrow('disk full');
    await expect(one.shareContent(BODY, never)).rejects.toThrow('disk full');
    expect(gong.events).toEqual(['refresh refresh-token-0']);
    expect(await one.shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events).toEqual([
      'refresh refresh-token-0',
      'save access-token-1',
      'accept access-token-1',
    ]);
  });
});

describe('an account that several processes share', () => {
  it('is renewed within the store’s lock', async () => {
    let inside = false;
    const insideWhen: boolean[] = [];
    gong.beforeTokens = async () => void insideWhen.push(inside);
    const locked: GongTokenStore = {
      load: () => store.load(),
      save: (tokens) => {
        insideWhen.push(inside);
        return store.save(tokens);
      },
      exclusive: async (work) => {
        inside = true;
        try {
          return await work();
        } finally {
          inside = false;
        }
      },
    };
    await client({ tokens: locked }).shareContent(BODY, never);
    expect({ insideWhen, after: inside }).toEqual({ insideWhen: [true, true], after: false });
  });
});

describe('a stop during a renewal', () => {
  it('lets the renewal finish and be saved, then rejects with its reason, and sends nothing', async () => {
    const stop = new AbortController();
    const reason = new Error('asked to stop');
    gong.beforeTokens = async () => stop.abort(reason);
    await expect(client().shareContent(BODY, stop.signal)).rejects.toBe(reason);
    expect(gong.events).toEqual(['refresh refresh-token-0', 'save access-token-1']);
  });
});

describe('a stop before a call', () => {
  it('does not even request tokens', async () => {
    const reason = new Error('asked to stop');
    const call = client().shareContent(BODY, AbortSignal.abort(reason));
    await expect(call).rejects.toBe(reason);
    expect(peer.requests).toEqual([]);
  });
});

describe('the customer’s own API address', () => {
  it('is ignored if it is not https', async () => {
    const stranger = await startPeer((_, reply) => reply.respond(200, { requestId: 'r' }));
    gong.extraFields = { api_base_url_for_customer: stranger.origin };
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(stranger.requests).toEqual([]);
    await stranger.close();
  });

  it('receives all further events, even after a restart', async () => {
    const firstBytes: number[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        firstBytes.push(data[0] ?? -1);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    gong.extraFields = { api_base_url_for_customer: `https://127.0.0.1:${port}/` };
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'unavailable' });
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'unavailable' });
    expect(store.tokens?.baseUrl).toBe(`https://127.0.0.1:${port}`);
    // 22: a TLS handshake. No event went to the configured address.
    expect(firstBytes).toEqual([22, 22]);
    expect(gong.events).toEqual(['refresh refresh-token-0', 'save access-token-1']);
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
});
