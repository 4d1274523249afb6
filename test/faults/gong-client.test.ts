import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGongClient, type GongClientOptions } from '../../src/vendors/gong/client.ts';
import { GONG_LIMITS } from '../../src/vendors/gong/limits.ts';
import { accessKeyConfig } from '../support/gong-config.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Peer, type PeerHandler, startPeer } from '../support/peer.ts';

const BODY = '{"contentTitle":"Prices – 2027"}';
const SUCCESS = '{"requestId":"req1","integrationId":5517027188234205706}';
const SHORT_MS = 60;
const OFFERED_BYTES = 64 * 1024 * 1024;

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function peerThat(handler: PeerHandler): Promise<Peer> {
  const peer = await startPeer(handler);
  open.push(peer.close);
  return peer;
}

/** A peer that handles the raw connection. Returns its origin. */
async function socketPeerThat(handler: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    handler(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  open.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return `http://127.0.0.1:${address.port}`;
}

function clientOf(baseUrl: string, options: Partial<GongClientOptions> = {}) {
  return createGongClient({
    config: accessKeyConfig(baseUrl),
    clock: new ManualClock(Date.UTC(2026, 10, 1, 10)),
    ...options,
  });
}

function send(baseUrl: string, options: Partial<GongClientOptions> = {}) {
  return clientOf(baseUrl, options).shareContent(BODY, new AbortController().signal);
}

describe('a call to Gong', () => {
  it('sends the documented request, with the access key', async () => {
    const peer = await peerThat((_, reply) => reply.respond(200, SUCCESS));
    expect(await send(peer.origin)).toEqual({
      kind: 'accepted',
      status: 200,
      requestId: 'req1',
      integrationId: '5517027188234205706',
      errors: [],
    });
    expect(peer.requests).toHaveLength(1);
    expect(peer.requests[0]).toMatchObject({
      method: 'PUT',
      url: '/v2/customer-engagement/content/shared',
      body: BODY,
      headers: {
        authorization: `Basic ${Buffer.from('access-key-1:key-secret-1').toString('base64')}`,
        'content-type': 'application/json',
        'user-agent': expect.stringMatching(/^sharetrail\/\d+\.\d+\.\d+/),
        'content-length': String(Buffer.byteLength(BODY)),
      },
    });
  });

  it('keeps a path in the base URL, and accepts a trailing slash', async () => {
    const peer = await peerThat((_, reply) => reply.respond(200, SUCCESS));
    await send(`${peer.origin}/gateway/`);
    expect(peer.requests[0]?.url).toBe('/gateway/v2/customer-engagement/content/shared');
  });

  it('reuses the connection of the previous call', async () => {
    let connections = 0;
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${SUCCESS.length}\r\n\r\n`;
    const origin = await socketPeerThat((socket) => {
      connections += 1;
      socket.on('data', () => socket.write(`${head}${SUCCESS}`));
    });
    const client = clientOf(origin);
    const { signal } = new AbortController();
    for (let call = 0; call < 5; call += 1) {
      expect((await client.shareContent(BODY, signal)).kind).toBe('accepted');
    }
    expect(connections).toBe(1);
  });

  it('sends exactly one request, whatever the status', async () => {
    let status = 0;
    const peer = await peerThat((_, reply) => reply.respond(status, '{"errors":["no"]}'));
    for (status of [400, 401, 403, 404, 407, 408, 409, 421, 425, 429, 500, 503]) {
      const before = peer.requests.length;
      expect((await send(peer.origin)).status).toBe(status);
      expect({ status, calls: peer.requests.length - before }).toEqual({ status, calls: 1 });
    }
  });

  it('takes a 407 of a proxy for a refusal, not for a rejection of the event', async () => {
    const peer = await peerThat((_, reply) =>
      reply.respond(407, 'Proxy Authentication Required', { 'proxy-authenticate': 'Basic' }),
    );
    expect(await send(peer.origin)).toMatchObject({
      kind: 'refused',
      status: 407,
      errors: ['a proxy refused the request to Gong: it requires a login (407)'],
      hint: expect.stringContaining('The proxy between this machine and the vendor'),
    });
  });

  it.each(['[', '{"a":'])(
    'takes deeply nested %s for a body that is not Gong’s',
    async (opening) => {
      const body = opening.repeat(10_000);
      const peer = await peerThat((_, reply) => reply.respond(200, body));
      expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable', status: 200 });
      const refusing = await peerThat((_, reply) => reply.respond(400, body));
      expect(await send(refusing.origin)).toMatchObject({ kind: 'rejected', status: 400 });
    },
  );

  it('masks the key in every form in which a proxy can repeat it', async () => {
    const forms = (text: string) => [
      encodeURIComponent(text),
      Buffer.from(text).toString('hex'),
      Buffer.from(text).toString('base64'),
      JSON.stringify({ body: `secret=${text}` }),
    ];
    const quoted = forms('key-secret-1');
    const page = `${'x '.repeat(245)}${quoted.join(' ')}`;
    const peer = await peerThat((_, reply) => reply.respond(403, { errors: quoted, page }));
    expect((await send(peer.origin)).errors.join()).not.toMatch(/a2V5LXNlY3JldC|6b65792d|key-sec/i);
    const truncating = await peerThat((_, reply) => reply.respond(403, { message: page }));
    expect((await send(truncating.origin)).errors.join()).not.toContain('key-');
  });

  it('reports Retry-After in seconds and as a date', async () => {
    const headers = ['17', 'Sun, 01 Nov 2026 10:02:00 GMT', 'later'];
    const peer = await peerThat((_, reply) => {
      const header = headers[peer.requests.length - 1] ?? '';
      const date = 'Sun, 01 Nov 2026 10:00:00 GMT';
      reply.respond(429, { errors: ['limit exceeded'] }, { date, 'retry-after': header });
    });
    const responses = [await send(peer.origin), await send(peer.origin), await send(peer.origin)];
    expect(responses.map(({ kind }) => kind)).toEqual(Array(3).fill('throttled'));
    const waits = responses.map(({ retryAfterMs }) => retryAfterMs);
    expect(waits).toEqual([17_000, 120_000, undefined]);
  });

  it('masks the key if Gong repeats it', async () => {
    const peer = await peerThat(({ headers }, reply) =>
      reply.respond(401, { errors: [`bad header ${headers.authorization}`, 'key key-secret-1'] }),
    );
    expect((await send(peer.origin)).errors).toEqual(['bad header Basic •••', 'key •••']);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'of %i is refused, and the other host never sees the key',
    async (status) => {
      const stranger = await peerThat((_, reply) => reply.respond(200, SUCCESS));
      const peer = await peerThat((_, reply) =>
        reply.respond(status, '', { location: `${stranger.origin}/v2/x` }),
      );
      const response = await send(peer.origin);
      expect(response).toMatchObject({ kind: 'refused', status });
      expect(response.hint).toContain(`redirects to ${new URL(stranger.origin).host}`);
      expect(stranger.requests).toEqual([]);
    },
  );
});

describe('a call without a complete response is unavailable', () => {
  it('if no server listens', async () => {
    const peer = await startPeer(() => {});
    await peer.close();
    const response = await send(peer.origin);
    expect(response).toEqual({
      kind: 'unavailable',
      errors: [expect.stringContaining('ECONNREFUSED')],
    });
  });

  it('if the host does not exist', async () => {
    const { kind, errors } = await send('http://gong.invalid');
    expect(kind).toBe('unavailable');
    expect(errors[0]).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it('if the connection is reset', async () => {
    const peer = await peerThat((_, reply) => reply.reset());
    expect(await send(peer.origin)).toEqual({
      kind: 'unavailable',
      errors: [expect.stringMatching(/ECONNRESET|hang up/)],
    });
  });

  it('if the connection closes silently', async () => {
    const peer = await peerThat((_, reply) => reply.raw(''));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable' });
  });

  it('if the response is not HTTP', async () => {
    const peer = await peerThat((_, reply) => reply.raw('SSH-2.0-OpenSSH_9.6\r\n'));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable' });
  });

  it('if the header is endless', async () => {
    const header = `x-long: ${'a'.repeat(64 * 1024)}\r\n`;
    const peer = await peerThat((_, reply) => reply.raw(`HTTP/1.1 200 OK\r\n${header}\r\n`));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable' });
  });

  it('if the peer switches protocols', async () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n';
    const peer = await peerThat((_, reply) => reply.raw(head));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable' });
  });

  it('if the body is truncated, although the first part would suffice', async () => {
    const peer = await peerThat((_, reply) => reply.truncate(SUCCESS, SUCCESS.length + 10));
    const response = await send(peer.origin);
    expect(response).toEqual({ kind: 'unavailable', errors: [expect.any(String)] });
    expect(response).not.toHaveProperty('requestId');
  });

  it('if no response comes in time', async () => {
    const peer = await peerThat(() => {});
    expect(await send(peer.origin, { timeoutMs: SHORT_MS })).toEqual({
      kind: 'unavailable',
      errors: [
        expect.stringMatching(/^127\.0\.0\.1:\d+ sent no complete response within 0\.06 s$/),
      ],
    });
  });

  it('if the body stalls or trickles endlessly', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n';
    const origin = await socketPeerThat((socket) => {
      socket.write(head);
      const drip = setInterval(() => socket.write(' '), SHORT_MS / 6);
      socket.on('close', () => clearInterval(drip));
    });
    const response = await send(origin, { timeoutMs: SHORT_MS });
    expect(response.errors).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+ sent no complete response within 0\.06 s$/),
    ]);
  });

  it('if the response is a gateway’s page', async () => {
    const page = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';
    const peer = await peerThat((_, reply) => reply.respond(502, page));
    const { kind, errors } = await send(peer.origin);
    expect({ kind, errors }).toEqual({ kind: 'unavailable', errors: ['502 Bad Gateway nginx'] });
  });

  it('if a success is larger than any response of Gong', async () => {
    const padding = ' '.repeat(GONG_LIMITS.bodyBytesMax);
    const peer = await peerThat((_, reply) => reply.respond(200, `{${padding}"requestId":"r"}`));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable', status: 200 });
  });
});

describe('a huge response', () => {
  it('is not read to its end', async () => {
    let written = 0;
    const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`;
    const origin = await socketPeerThat((socket) => {
      const writeOn = () => {
        if (written >= OFFERED_BYTES || socket.destroyed) return void socket.destroy();
        written += chunk.length;
        socket.write(chunk, () => writeOn());
      };
      socket.once('data', () => {
        socket.write('HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n');
        writeOn();
      });
    });
    const response = await send(origin);
    expect(response.kind).toBe('rejected');
    expect(response.errors[0]?.length).toBeLessThan(600);
    // The kernel buffers more than the client reads, but not everything.
    expect(written).toBeLessThan(OFFERED_BYTES);
  });
});

describe('a stop', () => {
  it('aborts a running call with its own reason', async () => {
    const reason = new Error('asked to stop');
    const stop = new AbortController();
    const peer = await peerThat(() => stop.abort(reason));
    await expect(clientOf(peer.origin).shareContent(BODY, stop.signal)).rejects.toBe(reason);
  });

  it('aborts the reading of a response too', async () => {
    const reason = new Error('asked to stop');
    const stop = new AbortController();
    const origin = await socketPeerThat((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{');
        setTimeout(() => stop.abort(reason), 10);
      });
    });
    const client = clientOf(origin);
    await expect(client.shareContent(BODY, stop.signal)).rejects.toBe(reason);
  });

  it('before the call sends no request', async () => {
    const reason = new Error('asked to stop');
    const peer = await peerThat((_, reply) => reply.respond(200, SUCCESS));
    const call = clientOf(peer.origin).shareContent(BODY, AbortSignal.abort(reason));
    await expect(call).rejects.toBe(reason);
    expect(peer.requests).toEqual([]);
  });

  it('leaves no listener behind', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    let listening = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listening += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listening -= 1;
      remove(...args);
    };
    const during: number[] = [];
    const peer = await peerThat((_, reply) => {
      during.push(listening);
      reply.respond(200, SUCCESS);
    });
    const client = clientOf(peer.origin);
    for (let call = 0; call < 3; call += 1) await client.shareContent(BODY, signal);
    expect({ during, after: listening }).toEqual({ during: [1, 1, 1], after: 0 });
  });
});
