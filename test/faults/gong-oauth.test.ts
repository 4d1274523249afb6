import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGongClient, type GongClientOptions } from '../../src/vendors/gong/client.ts';
import type { GongTokenStore, GongTokens } from '../../src/vendors/gong/oauth.ts';
import { oauthConfig } from '../support/gong-config.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Peer, type PeerReply, type PeerRequest, startPeer } from '../support/peer.ts';

const BODY = '{"contentTitle":"Prices"}';
const DAY_MS = 86_400_000;
const TOKEN_PATH = '/oauth2/generate-customer-token';

/** A Gong whose refresh tokens work once; `events` is the story, in order. */
class FakeGong {
  readonly events: string[] = [];
  readonly rights = new Set<string>();
  refreshToken = 'refresh-token-0';
  pairs = 0;
  moreInPair: object = {};
  onTokenRequest: ((reply: PeerReply) => boolean) | undefined;
  beforeTokens: (() => Promise<void>) | undefined;

  readonly handler = async (request: PeerRequest, reply: PeerReply): Promise<void> => {
    const url = new URL(request.url, 'http://gong');
    if (url.pathname === TOKEN_PATH) await this.#trade(request, url, reply);
    else this.#take(request, reply);
  };

  async #trade(request: PeerRequest, url: URL, reply: PeerReply): Promise<void> {
    const given = url.searchParams.get('refresh_token') ?? '';
    this.events.push(`trade ${given}`);
    await this.beforeTokens?.();
    if (this.onTokenRequest?.(reply)) return;
    const basic = Buffer.from('client-id-1:client-secret-1').toString('base64');
    if (request.method !== 'POST' || request.headers.authorization !== `Basic ${basic}`) {
      reply.answer(401, { error: 'invalid_client' });
    } else if (url.searchParams.get('grant_type') !== 'refresh_token' || request.body !== '') {
      reply.answer(400, { error: 'unsupported_grant_type' });
    } else if (given !== this.refreshToken) {
      reply.answer(400, { error: 'invalid_grant' });
    } else {
      reply.answer(200, this.newPair());
    }
  }

  newPair(): object {
    this.pairs += 1;
    this.refreshToken = `refresh-token-${this.pairs}`;
    const accessToken = `access-token-${this.pairs}`;
    this.rights.clear();
    this.rights.add(accessToken);
    return {
      access_token: accessToken,
      refresh_token: this.refreshToken,
      expires_in: DAY_MS / 1_000,
      ...this.moreInPair,
    };
  }

  #take(request: PeerRequest, reply: PeerReply): void {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? 'nothing';
    const isRight = this.rights.has(token);
    this.events.push(`${isRight ? 'take' : 'refuse'} ${token}`);
    if (isRight) reply.answer(200, { requestId: 'req1' });
    else reply.answer(401, { errors: ['access token has been revoked'] });
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

/** How often tokens were asked for, with whatever success. */
const trades = (): number => gong.events.filter((event) => event.startsWith('trade')).length;

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
  it('come from the configured refresh token first, and are saved before they are used', async () => {
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events).toEqual([
      'trade refresh-token-0',
      'save access-token-1',
      'take access-token-1',
    ]);
    expect(store.tokens).toEqual(pair(1));
  });

  it('are those that were kept, without a request, as long as they live', async () => {
    store.tokens = pair(7);
    gong.rights.add('access-token-7');
    const one = client();
    await one.shareContent(BODY, never);
    await one.shareContent(BODY, never);
    expect(gong.events).toEqual(['take access-token-7', 'take access-token-7']);
  });

  it('are renewed a minute before they run out, each time with the newest refresh token', async () => {
    const one = client();
    await one.shareContent(BODY, never);
    clock.advance(DAY_MS - 60_001);
    await one.shareContent(BODY, never);
    clock.advance(1);
    await one.shareContent(BODY, never);
    expect(gong.events).toEqual([
      'trade refresh-token-0',
      'save access-token-1',
      'take access-token-1',
      'take access-token-1',
      'trade refresh-token-1',
      'save access-token-2',
      'take access-token-2',
    ]);
  });

  it('are found again by the next process, which never uses a refresh token twice', async () => {
    await client().shareContent(BODY, never);
    clock.advance(2 * DAY_MS);
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events.filter((event) => event.startsWith('trade'))).toEqual([
      'trade refresh-token-0',
      'trade refresh-token-1',
    ]);
  });

  it('are asked for once, however many senders want them at the same time', async () => {
    const one = client();
    const calls = Array.from({ length: 20 }, () => one.shareContent(BODY, never));
    const kinds = (await Promise.all(calls)).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['accepted']));
    expect(trades()).toBe(1);
  });

  it('need a store: without one there is no client', () => {
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
      'trade refresh-token-0',
      'save access-token-1',
      'take access-token-1',
    ]);
  });

  it('to twenty senders at once renews them once', async () => {
    store.tokens = pair(0);
    const one = client();
    const calls = Array.from({ length: 20 }, () => one.shareContent(BODY, never));
    const kinds = (await Promise.all(calls)).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['accepted']));
    expect(trades()).toBe(1);
  });

  it('to the renewed tokens as well is refused, with a hint', async () => {
    store.tokens = pair(0);
    gong.rights.add = () => gong.rights;
    expect(await client().shareContent(BODY, never)).toMatchObject({
      kind: 'refused',
      status: 401,
      errors: ['access token has been revoked'],
      hint: expect.stringContaining('api:engagement-data:write'),
    });
    expect(gong.pairs).toBe(1);
    expect(peer.requests).toHaveLength(3);
  });

  it('takes what another process has renewed meanwhile', async () => {
    store.tokens = pair(0);
    const one = client();
    await one.shareContent(BODY, never);
    // Another process renews: its pair is in the store, and ours stopped working.
    gong.newPair();
    store.tokens = pair(2);
    gong.events.length = 0;
    expect(await one.shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events).toEqual(['refuse access-token-1', 'take access-token-2']);
  });

  it('repeats only where there is a call left', async () => {
    store.tokens = pair(0);
    const asked: string[] = [];
    const beforeRepeat = (answer: boolean) => async () => {
      asked.push(gong.events.at(-1) ?? '');
      return answer;
    };
    const without = await client({ beforeRepeat: beforeRepeat(false) }).shareContent(BODY, never);
    expect(without).toMatchObject({ kind: 'unavailable' });
    expect(gong.events.at(-1)).toBe('save access-token-1');
    store.tokens = pair(8, { refreshToken: 'refresh-token-1' });
    const withOne = await client({ beforeRepeat: beforeRepeat(true) }).shareContent(BODY, never);
    expect(withOne).toMatchObject({ kind: 'accepted' });
    expect(asked).toEqual(['save access-token-1', 'save access-token-2']);
  });
});

describe('a renewal that fails', () => {
  it('is refused where the refresh token is used up, and no event is sent', async () => {
    gong.refreshToken = 'another';
    expect(await client().shareContent(BODY, never)).toMatchObject({
      kind: 'refused',
      status: 400,
      errors: ['token request: Gong answered 400: invalid_grant'],
      hint: expect.stringContaining('gong.auth.refreshToken'),
    });
    expect(gong.events).toEqual(['trade refresh-token-0']);
  });

  it('is no failure where another process was faster by a moment', async () => {
    gong.beforeTokens = async () => {
      gong.beforeTokens = undefined;
      gong.newPair();
      store.tokens = pair(1);
    };
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events).toEqual(['trade refresh-token-0', 'take access-token-1']);
  });

  it.each([
    ['an error', (reply: PeerReply) => reply.answer(503, 'busy')],
    ['a reset', (reply: PeerReply) => reply.reset()],
    ['half an answer', (reply: PeerReply) => reply.cut('{"access_token":"access-', 100)],
    ['a page', (reply: PeerReply) => reply.answer(200, '<html><body>hello</body></html>')],
    ['silence', () => {}],
  ])('with %s is unavailable, and tried again by the next call', async (_, misbehave) => {
    gong.onTokenRequest = (reply) => {
      misbehave(reply);
      return true;
    };
    const one = client({ timeoutMs: 2_000 });
    const answer = await one.shareContent(BODY, never);
    expect(answer.kind).toBe('unavailable');
    expect(answer.errors[0]).toMatch(/^token request: /);
    gong.onTokenRequest = undefined;
    expect(await one.shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
  });

  it('with a redirect is refused, and nobody else sees the client’s secret', async () => {
    const stranger = await startPeer((_, reply) => reply.answer(200, gong.newPair()));
    gong.onTokenRequest = (reply) => {
      reply.answer(307, '', { location: `${stranger.origin}${TOKEN_PATH}` });
      return true;
    };
    expect(await client().shareContent(BODY, never)).toMatchObject({
      kind: 'refused',
      status: 307,
    });
    expect(stranger.requests).toEqual([]);
    await stranger.close();
  });

  it('for the store’s sake fails loudly, loses no token, and uses none unsaved', async () => {
    store.failures = 2;
    const one = client();
    await expect(one.shareContent(BODY, never)).rejects.toThrow('disk full');
    await expect(one.shareContent(BODY, never)).rejects.toThrow('disk full');
    expect(gong.events).toEqual(['trade refresh-token-0']);
    expect(await one.shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(gong.events).toEqual([
      'trade refresh-token-0',
      'save access-token-1',
      'take access-token-1',
    ]);
  });
});

describe('where several processes share an account', () => {
  it('a renewal is done within the store’s lock', async () => {
    let inside = false;
    const seen: boolean[] = [];
    gong.beforeTokens = async () => void seen.push(inside);
    const locked: GongTokenStore = {
      load: () => store.load(),
      save: (tokens) => {
        seen.push(inside);
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
    expect({ seen, after: inside }).toEqual({ seen: [true, true], after: false });
  });
});

describe('a stop while tokens are renewed', () => {
  it('lets the renewal end and be saved, then rejects with the reason, and sends nothing', async () => {
    const stop = new AbortController();
    const reason = new Error('asked to stop');
    gong.beforeTokens = async () => stop.abort(reason);
    await expect(client().shareContent(BODY, stop.signal)).rejects.toBe(reason);
    expect(gong.events).toEqual(['trade refresh-token-0', 'save access-token-1']);
  });
});

describe('a stop before a call', () => {
  it('does not even ask for tokens', async () => {
    const reason = new Error('asked to stop');
    const call = client().shareContent(BODY, AbortSignal.abort(reason));
    await expect(call).rejects.toBe(reason);
    expect(peer.requests).toEqual([]);
  });
});

describe('the customer’s own API address', () => {
  it('is ignored where it is not https', async () => {
    const stranger = await startPeer((_, reply) => reply.answer(200, { requestId: 'r' }));
    gong.moreInPair = { api_base_url_for_customer: stranger.origin };
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'accepted' });
    expect(stranger.requests).toEqual([]);
    await stranger.close();
  });

  it('is where events go from then on, also after a restart', async () => {
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
    gong.moreInPair = { api_base_url_for_customer: `https://127.0.0.1:${port}/` };
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'unavailable' });
    expect(await client().shareContent(BODY, never)).toMatchObject({ kind: 'unavailable' });
    expect(store.tokens?.baseUrl).toBe(`https://127.0.0.1:${port}`);
    // 22: a TLS handshake. No event went to the configured address.
    expect(firstBytes).toEqual([22, 22]);
    expect(gong.events).toEqual(['trade refresh-token-0', 'save access-token-1']);
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
});
