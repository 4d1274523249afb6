import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGongClient, type GongClientOptions } from '../../src/vendors/gong/client.ts';
import { ANSWER_BYTES_MAX } from '../../src/vendors/gong/exchange.ts';
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

/** A peer that speaks over the bare connection; gives its origin. */
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
  it('is the documented request, with the access key', async () => {
    const peer = await peerThat((_, reply) => reply.answer(200, SUCCESS));
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

  it('keeps a path in the base URL, and minds no slash at its end', async () => {
    const peer = await peerThat((_, reply) => reply.answer(200, SUCCESS));
    await send(`${peer.origin}/gateway/`);
    expect(peer.requests[0]?.url).toBe('/gateway/v2/customer-engagement/content/shared');
  });

  it('goes over the connection of the one before', async () => {
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

  it('is made once, whatever the status', async () => {
    let status = 0;
    const peer = await peerThat((_, reply) => reply.answer(status, '{"errors":["no"]}'));
    for (status of [400, 401, 403, 404, 407, 408, 409, 421, 425, 429, 500, 503]) {
      const before = peer.requests.length;
      expect((await send(peer.origin)).status).toBe(status);
      expect({ status, calls: peer.requests.length - before }).toEqual({ status, calls: 1 });
    }
  });

  it('tells of Retry-After in seconds and as a date', async () => {
    const waits = ['17', 'Sun, 01 Nov 2026 10:02:00 GMT', 'later'];
    const peer = await peerThat((_, reply) => {
      const header = waits[peer.requests.length - 1] ?? '';
      reply.answer(429, { errors: ['limit exceeded'] }, { 'retry-after': header });
    });
    const answers = [await send(peer.origin), await send(peer.origin), await send(peer.origin)];
    expect(answers.map(({ kind }) => kind)).toEqual(Array(3).fill('throttled'));
    expect(answers.map(({ retryAfterMs }) => retryAfterMs)).toEqual([17_000, 120_000, undefined]);
  });

  it('blanks out the key where Gong repeats it', async () => {
    const peer = await peerThat(({ headers }, reply) =>
      reply.answer(401, { errors: [`bad header ${headers.authorization}`, 'key key-secret-1'] }),
    );
    expect((await send(peer.origin)).errors).toEqual(['bad header Basic •••', 'key •••']);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'of %i is refused, and nobody else sees the key',
    async (status) => {
      const stranger = await peerThat((_, reply) => reply.answer(200, SUCCESS));
      const peer = await peerThat((_, reply) =>
        reply.answer(status, '', { location: `${stranger.origin}/v2/x` }),
      );
      const answer = await send(peer.origin);
      expect(answer).toMatchObject({ kind: 'refused', status });
      expect(answer.hint).toContain(`redirects to ${new URL(stranger.origin).host}`);
      expect(stranger.requests).toEqual([]);
    },
  );
});

describe('a call of which no whole answer comes is unavailable', () => {
  it('where nobody listens', async () => {
    const peer = await startPeer(() => {});
    await peer.close();
    const answer = await send(peer.origin);
    expect(answer).toEqual({
      kind: 'unavailable',
      errors: [expect.stringContaining('ECONNREFUSED')],
    });
  });

  it('where no such host exists', async () => {
    const { kind, errors } = await send('http://gong.invalid');
    expect(kind).toBe('unavailable');
    expect(errors[0]).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it('where the connection is reset', async () => {
    const peer = await peerThat((_, reply) => reply.reset());
    expect(await send(peer.origin)).toEqual({
      kind: 'unavailable',
      errors: [expect.stringMatching(/ECONNRESET|hang up/)],
    });
  });

  it('where the connection ends without a word', async () => {
    const peer = await peerThat((_, reply) => reply.raw(''));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable' });
  });

  it('where it is no HTTP', async () => {
    const peer = await peerThat((_, reply) => reply.raw('SSH-2.0-OpenSSH_9.6\r\n'));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable' });
  });

  it('where the head has no end', async () => {
    const header = `x-long: ${'a'.repeat(64 * 1024)}\r\n`;
    const peer = await peerThat((_, reply) => reply.raw(`HTTP/1.1 200 OK\r\n${header}\r\n`));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable' });
  });

  it('where the peer wants another protocol', async () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n';
    const peer = await peerThat((_, reply) => reply.raw(head));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable' });
  });

  it('where the body is cut, though what came would do', async () => {
    const peer = await peerThat((_, reply) => reply.cut(SUCCESS, SUCCESS.length + 10));
    const answer = await send(peer.origin);
    expect(answer).toEqual({ kind: 'unavailable', errors: [expect.any(String)] });
    expect(answer).not.toHaveProperty('requestId');
  });

  it('where a rejection is cut: half a reason is no reason to give up an event', async () => {
    const head = 'HTTP/1.1 400 Bad Request\r\ncontent-length: 100\r\n\r\n';
    const peer = await peerThat((_, reply) => reply.raw(`${head}{"errors":["par`));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable' });
  });

  it('but for a cut 429, whose head says enough', async () => {
    const head = 'HTTP/1.1 429 Too Many\r\nretry-after: 9\r\ncontent-length: 100\r\n\r\n';
    const peer = await peerThat((_, reply) => reply.raw(`${head}{"err`));
    expect(await send(peer.origin)).toMatchObject({ kind: 'throttled', retryAfterMs: 9_000 });
  });

  it('where no answer comes in time', async () => {
    const peer = await peerThat(() => {});
    expect(await send(peer.origin, { timeoutMs: SHORT_MS })).toEqual({
      kind: 'unavailable',
      errors: [`no whole answer within ${SHORT_MS} ms`],
    });
  });

  it('where the body hangs half-way, or drips for ever', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n';
    const origin = await socketPeerThat((socket) => {
      socket.write(head);
      const drip = setInterval(() => socket.write(' '), SHORT_MS / 6);
      socket.on('close', () => clearInterval(drip));
    });
    const answer = await send(origin, { timeoutMs: SHORT_MS });
    expect(answer.errors).toEqual([`no whole answer within ${SHORT_MS} ms`]);
  });

  it('where the answer is a gateway’s page', async () => {
    const page = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';
    const peer = await peerThat((_, reply) => reply.answer(502, page));
    const { kind, errors } = await send(peer.origin);
    expect({ kind, errors }).toEqual({ kind: 'unavailable', errors: ['502 Bad Gateway nginx'] });
  });

  it('where a success is larger than anything that Gong says', async () => {
    const padding = ' '.repeat(ANSWER_BYTES_MAX);
    const peer = await peerThat((_, reply) => reply.answer(200, `{${padding}"requestId":"r"}`));
    expect(await send(peer.origin)).toMatchObject({ kind: 'unavailable', status: 200 });
  });
});

describe('a huge answer', () => {
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
    const answer = await send(origin);
    expect(answer.kind).toBe('rejected');
    expect(answer.errors[0]?.length).toBeLessThan(600);
    // The kernel buffers more than is read, but not all that is on offer.
    expect(written).toBeLessThan(OFFERED_BYTES);
  });
});

describe('a stop', () => {
  it('ends a call under way with the reason that was given', async () => {
    const reason = new Error('asked to stop');
    const stop = new AbortController();
    const peer = await peerThat(() => stop.abort(reason));
    await expect(clientOf(peer.origin).shareContent(BODY, stop.signal)).rejects.toBe(reason);
  });

  it('ends the reading of an answer too', async () => {
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

  it('that came before lets no request out', async () => {
    const reason = new Error('asked to stop');
    const peer = await peerThat((_, reply) => reply.answer(200, SUCCESS));
    const call = clientOf(peer.origin).shareContent(BODY, AbortSignal.abort(reason));
    await expect(call).rejects.toBe(reason);
    expect(peer.requests).toEqual([]);
  });

  it('is listened for without leaving listeners behind', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    let listening = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listening += 1;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listening -= 1;
      remove(...given);
    };
    const during: number[] = [];
    const peer = await peerThat((_, reply) => {
      during.push(listening);
      reply.answer(200, SUCCESS);
    });
    const client = clientOf(peer.origin);
    for (let call = 0; call < 3; call += 1) await client.shareContent(BODY, signal);
    expect({ during, after: listening }).toEqual({ during: [1, 1, 1], after: 0 });
  });
});
