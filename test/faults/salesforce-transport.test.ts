import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { RetryableError, StopRequested, UserError } from '../../src/lib/errors.ts';
import { ByteBudget } from '../../src/vendors/http/byte-budget.ts';
import { HTTP_LIMITS } from '../../src/vendors/http/limits.ts';
import { callSalesforce } from '../../src/vendors/salesforce/transport.ts';
import { startPeer } from '../support/peer.ts';

const running = new AbortController().signal;

function get(url: string, options: { signal?: AbortSignal; responseMsMax?: number } = {}) {
  const request = { method: 'GET', url, headers: { authorization: 'Bearer token' } };
  return callSalesforce(request, {
    signal: running,
    responseMsMax: 10_000,
    reuse: 'repeat',
    budget: new ByteBudget(),
    ...options,
  });
}

describe('a call to Salesforce', () => {
  test('returns the complete response, whatever its status', async () => {
    await using peer = await startPeer((_request, reply) =>
      reply.respond(503, 'später', { 'Retry-After': '7' }),
    );
    const response = await get(peer.origin);
    expect(response).toMatchObject({ status: 503, body: 'später' });
    expect(response.headers['retry-after']).toBe('7');
  });

  test('a proxy that requires a login is named, not the address of the org', async () => {
    const headers = { 'proxy-authenticate': 'Basic realm="corp"' };
    await using peer = await startPeer((_request, reply) =>
      reply.respond(407, '<html>Proxy Authentication Required</html>', headers),
    );
    const error: unknown = await get(peer.origin).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: expect.stringContaining('requires a login (407)') });
    expect(error).toMatchObject({ hint: expect.not.stringContaining('My Domain') });
  });

  test('a truncated body is retryable', async () => {
    await using peer = await startPeer((_request, reply) => reply.truncate('{"records":[', 10_000));
    await expect(get(peer.origin)).rejects.toThrow(RetryableError);
  });

  test('a reset connection is retryable', async () => {
    await using peer = await startPeer((_request, reply) => reply.reset());
    await expect(get(peer.origin)).rejects.toThrow(RetryableError);
  });

  test('a peer that does not speak HTTP is retryable', async () => {
    await using peer = await startPeer((_request, reply) => reply.raw('hello\r\n\r\n'));
    await expect(get(peer.origin)).rejects.toThrow(RetryableError);
  });

  test('a peer that is down is named, with the reason', async () => {
    const peer = await startPeer(() => {});
    await peer.close();
    const error = await get(peer.origin).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/127\.0\.0\.1:\d+.*ECONNREFUSED/),
    });
  });

  test('a peer that never responds times out', async () => {
    await using peer = await startPeer(() => {});
    await expect(get(peer.origin, { responseMsMax: 30 })).rejects.toThrow(
      /sent no complete response within 0\.03 s/,
    );
  });

  test('a body that stalls times out too', async () => {
    await using stalling = await startStallingServer();
    await expect(get(stalling.origin, { responseMsMax: 60 })).rejects.toThrow(RetryableError);
  });

  test('a stop aborts a hanging request with its own reason', async () => {
    const stop = new AbortController();
    await using peer = await startPeer(() => stop.abort(new StopRequested()));
    await expect(get(peer.origin, { signal: stop.signal })).rejects.toThrow(StopRequested);
  });

  test('nothing is sent after a stop', async () => {
    await using peer = await startPeer((_request, reply) => reply.respond(200));
    const signal = AbortSignal.abort(new StopRequested());
    await expect(get(peer.origin, { signal })).rejects.toThrow(StopRequested);
    expect(peer.requests).toHaveLength(0);
  });

  test.each([300, 301, 302, 303, 304, 307, 308])(
    'a redirect (%d) is refused, and the other host never sees the token',
    async (status) => {
      await using other = await startPeer((_request, reply) => reply.respond(200));
      await using peer = await startPeer((_request, reply) =>
        reply.respond(status, '', { location: `${other.origin}/elsewhere?secret=1` }),
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

  test('an oversized body is refused at the limit', async () => {
    const body = ' '.repeat(HTTP_LIMITS.bodyBytesMax + 1);
    await using peer = await startPeer((_request, reply) => reply.respond(200, body));
    await expect(get(peer.origin)).rejects.toThrow('more than 24 MB');
  });

  test('a hundred requests leave no listener on the run’s signal', async () => {
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
    await using peer = await startPeer((_request, reply) => reply.respond(200, '{}'));
    for (let count = 0; count < 100; count += 1) await get(peer.origin, { signal: stop.signal });
    expect(listeners).toBe(0);
    expect(peer.requests).toHaveLength(100);
  });
});

/** Sends the first part of a body and keeps the connection open. */
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
