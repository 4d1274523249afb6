import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';
import { ByteBudget } from '../../src/vendors/http/byte-budget.ts';
import { callApi } from '../../src/vendors/http/call-api.ts';
import { ConnectionFailed } from '../../src/vendors/http/connection-failed.ts';
import type { HttpResponse } from '../../src/vendors/http/http-message.ts';
import { type SendOptions, send } from '../../src/vendors/http/send.ts';
import { startPeer } from '../support/peer.ts';
import { useProxy } from '../support/proxy.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const LIMITS = {
  signal: undefined,
  timeoutMs: 10_000,
  reuse: 'repeat',
  bodyBytesMax: 1_000,
} as const;

function post(url: string, options: Partial<SendOptions> = {}): Promise<HttpResponse> {
  return send({ method: 'POST', url, headers: {}, body: '{}' }, { ...LIMITS, ...options });
}

function call(url: string, options: { responseMsMax?: number } = {}) {
  return callApi(
    { method: 'GET', url, headers: {} },
    {
      signal: undefined,
      responseMsMax: 10_000,
      reuse: 'repeat',
      reservation: new ByteBudget().open(),
      credential: 'the login',
      refuse: ({ message, hint }) => new UserError(message, hint === undefined ? {} : { hint }),
      ...options,
    },
  );
}

async function failureOf(response: Promise<unknown>): Promise<ConnectionFailed> {
  const error: unknown = await response.catch((reason: unknown) => reason);
  if (!(error instanceof ConnectionFailed)) throw new Error(`unexpected: ${error}`);
  return error;
}

interface RawServer extends AsyncDisposable {
  readonly origin: string;
  /** connections so far */
  readonly connections: () => number;
  /** complete requests so far; each of these tests' requests is one packet */
  readonly requests: () => number;
}

/** A server that receives one request after the other on each connection. */
async function startRaw(
  respond: (socket: Socket, request: { connection: number; nth: number }) => void,
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let requests = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    let nth = 0;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      requests += 1;
      nth += 1;
      respond(socket, { connection, nth });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    connections: () => connections,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a kept connection that the server has closed', () => {
  /** Responds to the first request of each connection; the second one ends it. */
  const closing = (end: (socket: Socket) => void) =>
    startRaw((socket, { nth }) => (nth === 1 ? socket.write(OK) : end(socket)));

  it.each<[string, (socket: Socket) => void]>([
    ['by a reset', (socket) => socket.resetAndDestroy()],
    ['by its end', (socket) => socket.destroy()],
  ])(
    'costs no attempt: the request is sent again, at once, on a new connection, %s',
    async (_how, end) => {
      await using server = await closing(end);
      await post(server.origin);
      expect(await post(server.origin)).toMatchObject({ status: 200 });
      expect(server.requests()).toBe(3);
      expect(server.connections()).toBe(2);
    },
  );

  it('is no obstacle if all kept connections are closed', async () => {
    await using server = await closing((socket) => socket.resetAndDestroy());
    await Promise.all([post(server.origin), post(server.origin), post(server.origin)]);
    const again = [post(server.origin), post(server.origin), post(server.origin)];
    expect((await Promise.all(again)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('fails the request if each request counts', async () => {
    await using server = await closing((socket) => socket.resetAndDestroy());
    await post(server.origin, { reuse: 'fail' });
    const failure = await failureOf(post(server.origin, { reuse: 'fail' }));
    expect(failure.message).toContain('the server closed a connection that it had kept open');
    expect(server.requests()).toBe(2);
  });

  it('is not used for a request that must not be lost', async () => {
    await using server = await closing((socket) => socket.resetAndDestroy());
    await post(server.origin);
    expect(await post(server.origin, { reuse: 'never' })).toMatchObject({ status: 200 });
    expect(server.requests()).toBe(2);
  });

  it('does not repeat a request once a byte of the response has arrived', async () => {
    await using server = await startRaw((socket, { nth }) => {
      if (nth === 1) socket.write(OK);
      else socket.end('HTTP/1.1 2');
    });
    await post(server.origin);
    await failureOf(post(server.origin));
    expect(server.requests()).toBe(2);
  });

  it('does not repeat a request twice', async () => {
    await using server = await startRaw((socket, { connection, nth }) => {
      if (connection === 1 && nth === 1) socket.write(OK);
      else socket.resetAndDestroy();
    });
    await post(server.origin);
    await failureOf(post(server.origin));
    expect(server.requests()).toBe(3);
  });
});

describe('the head of a response decides, even if the body never comes:', () => {
  const hanging = (head: string) => startRaw((socket) => socket.write(`HTTP/1.1 ${head}\r\n\r\n`));

  it('a redirect is one at once', async () => {
    await using server = await hanging(
      '302 Found\r\nlocation: https://login.example/x\r\ncontent-length: 5',
    );
    await expect(call(server.origin)).rejects.toThrow(
      /responded with a redirect \(302\) to login\.example\. sharetrail does not follow redirects, because it would send the login to that host$/,
    );
  });

  it('a temporary failure keeps its Retry-After', async () => {
    await using server = await hanging('503 Busy\r\nretry-after: 7\r\ncontent-length: 5');
    const response = await call(server.origin, { responseMsMax: 50 });
    expect(response).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
  });

  it('any other status needs its body', async () => {
    await using server = await hanging('400 Bad Request\r\ncontent-length: 5');
    const failure = await failureOf(call(server.origin, { responseMsMax: 50 }));
    expect(failure.message).toMatch(/sent no complete response within 0\.05 s$/);
  });
});

describe('the encoding of a response', () => {
  it('is requested as gzip, by every request', async () => {
    await using peer = await startPeer((_request, reply) => reply.respond(200));
    await post(peer.origin);
    await call(peer.origin);
    const requested = peer.requests.map(({ headers }) => headers['accept-encoding']);
    expect(requested).toEqual(['gzip', 'gzip']);
  });

  it.each(['br', 'deflate', 'zstd', 'gzip, br'])(
    'that was not requested is named: %s',
    async (encoding) => {
      await using peer = await startPeer((_request, reply) =>
        reply.respond(200, 'abc', { 'content-encoding': encoding }),
      );
      const { message } = await failureOf(post(peer.origin));
      expect(message).toContain(
        `the response has the encoding "${encoding}", which was not requested`,
      );
    },
  );

  it.each(['identity', 'IDENTITY', 'br'])(
    'does not matter for an empty body: %s',
    async (encoding) => {
      await using peer = await startPeer((_request, reply) =>
        reply.respond(200, '', { 'content-encoding': encoding }),
      );
      expect(await post(peer.origin)).toMatchObject({ status: 200, isTruncated: false });
    },
  );
});

describe('a connection that fails', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('says that HTTPS_PROXY is set, but not used', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://user:proxy-password@127.0.0.1:9');
    const { message } = await failureOf(post('https://127.0.0.1:9/'));
    expect(message).toMatch(
      /^the connection to 127\.0\.0\.1:9 failed: .*ECONNREFUSED.*\. HTTPS_PROXY is set, but not used: set NODE_USE_ENV_PROXY=1 in the environment of the process, not in \.env$/,
    );
    expect(message).not.toContain('proxy-password');
  });

  it.each([
    ['https_proxy', 'https://127.0.0.1:9/', 'https_proxy is set, but not used'],
    ['HTTP_PROXY', 'http://127.0.0.1:9/', 'HTTP_PROXY is set, but not used'],
    ['ALL_PROXY', 'https://127.0.0.1:9/', 'ALL_PROXY is set, but Node does not use it'],
  ])('says the same for %s', async (variable, url, note) => {
    vi.stubEnv(variable, 'http://127.0.0.1:9');
    expect((await failureOf(post(url))).message).toContain(note);
  });

  it('says nothing about a proxy without one, or once the request is sent', async () => {
    expect((await failureOf(post('https://127.0.0.1:9/'))).message).not.toContain('PROXY');
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    await using server = await startRaw((socket) => socket.end('HTTP/1.1 2'));
    expect((await failureOf(post(server.origin))).message).not.toContain('PROXY');
  });

  it('at a proxy that hangs ends by our deadline, with the words for it', async () => {
    await using proxy = await useProxy(() => {});
    const { message } = await failureOf(post('https://vendor.example/', { connectMsMax: 50 }));
    expect(message).toBe(
      'the connection to vendor.example failed: no connection within 0.05 s. HTTPS_PROXY is set: check that proxy, and NO_PROXY',
    );
    expect(proxy.requests).toEqual(['CONNECT vendor.example:443 HTTP/1.1']);
  });

  it('at a proxy that hangs ends with a stop', async () => {
    const stop = new AbortController();
    await using _proxy = await useProxy(() => stop.abort(new Error('stopped')));
    const options = { signal: stop.signal, timeoutMs: 600_000 };
    await expect(post('https://vendor.example/', options)).rejects.toThrow('stopped');
  });

  it('at a proxy that refuses names its response', async () => {
    await using proxy = await useProxy((socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    const { message } = await failureOf(post('https://vendor.example/'));
    expect(message).toContain(
      `Failed to establish tunnel to vendor.example:443 via ${proxy.url}: HTTP/1.1 403 Forbidden`,
    );
  });
});

describe('a proxy that requires a login', () => {
  const REFUSAL =
    'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n';

  it.each(['https://vendor.example/', 'http://vendor.example/'])(
    'is a permanent failure with its own hint: %s',
    async (url) => {
      await using _proxy = await useProxy((socket) => socket.end(REFUSAL));
      const error: unknown = await call(url).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        name: 'UserError',
        message: 'a proxy refused the request to vendor.example: it requires a login (407)',
        hint: expect.stringContaining('HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT, URL-encoded)'),
      });
    },
  );

  it('is recognized as a proxy in a single request', async () => {
    await using _proxy = await useProxy((socket) => socket.end(REFUSAL));
    const response = await post('https://vendor.example/');
    expect(response).toMatchObject({ status: 407, isFromProxy: true });
  });
});
