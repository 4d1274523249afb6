import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { RetryableError, StopRequested, UserError } from '../../src/lib/errors.ts';
import { SALESFORCE_LIMITS } from '../../src/vendors/salesforce/limits.ts';
import { exchange } from '../../src/vendors/salesforce/transport.ts';
import { startPeer } from '../support/peer.ts';

const running = new AbortController().signal;

function get(url: string, options: { signal?: AbortSignal; responseMsMax?: number } = {}) {
  const call = { method: 'GET', url, headers: { authorization: 'Bearer token' } };
  return exchange(call, { signal: running, responseMsMax: 10_000, ...options });
}

describe('the transport under jsforce', () => {
  test('gives the whole answer, whatever its status', async () => {
    await using peer = await startPeer((_request, reply) =>
      reply.answer(503, 'später', { 'Retry-After': '7' }),
    );
    const answer = await get(peer.origin);
    expect(answer).toMatchObject({ status: 503, body: 'später' });
    expect(answer.headers['retry-after']).toBe('7');
  });

  test('a body that is cut is worth another try', async () => {
    await using peer = await startPeer((_request, reply) => reply.cut('{"records":[', 10_000));
    await expect(get(peer.origin)).rejects.toThrow(RetryableError);
  });

  test('a connection that is reset is worth another try', async () => {
    await using peer = await startPeer((_request, reply) => reply.reset());
    await expect(get(peer.origin)).rejects.toThrow(RetryableError);
  });

  test('a peer that talks no HTTP is worth another try', async () => {
    await using peer = await startPeer((_request, reply) => reply.raw('hello\r\n\r\n'));
    await expect(get(peer.origin)).rejects.toThrow(RetryableError);
  });

  test('a peer that is not there is named, with the reason', async () => {
    const peer = await startPeer(() => {});
    await peer.close();
    const error = await get(peer.origin).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/127\.0\.0\.1:\d+.*ECONNREFUSED/),
    });
  });

  test('a peer that never answers ends with the time-out', async () => {
    await using peer = await startPeer(() => {});
    await expect(get(peer.origin, { responseMsMax: 30 })).rejects.toThrow(
      /did not answer whole within 0\.03 s/,
    );
  });

  test('a body that stops in the middle ends with the time-out too', async () => {
    await using stalling = await startStallingServer();
    await expect(get(stalling.origin, { responseMsMax: 60 })).rejects.toThrow(RetryableError);
  });

  test('a stop ends a request that hangs, with the reason of the stop', async () => {
    const stop = new AbortController();
    await using peer = await startPeer(() => stop.abort(new StopRequested()));
    await expect(get(peer.origin, { signal: stop.signal })).rejects.toThrow(StopRequested);
  });

  test('after a stop nothing is sent', async () => {
    await using peer = await startPeer((_request, reply) => reply.answer(200));
    const signal = AbortSignal.abort(new StopRequested());
    await expect(get(peer.origin, { signal })).rejects.toThrow(StopRequested);
    expect(peer.requests).toHaveLength(0);
  });

  test.each([300, 301, 302, 303, 304, 307, 308])(
    'a redirect (%d) is refused, and the other host never sees the token',
    async (status) => {
      await using other = await startPeer((_request, reply) => reply.answer(200));
      await using peer = await startPeer((_request, reply) =>
        reply.answer(status, '', { location: `${other.origin}/elsewhere?secret=1` }),
      );
      const error = await get(peer.origin).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UserError);
      expect(error).toMatchObject({
        message: expect.stringContaining(new URL(other.origin).host),
        hint: expect.stringContaining('My Domain'),
      });
      expect(String(error)).not.toContain('secret');
      expect(other.requests).toHaveLength(0);
    },
  );

  test('a body without end is refused at the limit', async () => {
    const body = ' '.repeat(SALESFORCE_LIMITS.bodyBytesMax + 1);
    await using peer = await startPeer((_request, reply) => reply.answer(200, body));
    await expect(get(peer.origin)).rejects.toThrow('more than 64 MB');
  });

  test('a hundred requests leave nothing on the signal of the run', async () => {
    const stop = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = stop.signal;
    stop.signal.addEventListener = (...parts: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(stop.signal, parts);
    };
    stop.signal.removeEventListener = (...parts: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(stop.signal, parts);
    };
    await using peer = await startPeer((_request, reply) => reply.answer(200, '{}'));
    for (let count = 0; count < 100; count += 1) await get(peer.origin, { signal: stop.signal });
    expect(listeners).toBe(0);
    expect(peer.requests).toHaveLength(100);
  });
});

/** Sends the beginning of a body and keeps the connection open. */
async function startStallingServer(): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': 10_000 });
    response.write('{"records":[');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
