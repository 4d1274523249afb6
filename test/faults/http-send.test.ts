import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ConnectionFailed } from '../../src/vendors/http/connection-failed.ts';
import { asText, type HttpResponse } from '../../src/vendors/http/http-message.ts';
import { type SendOptions, send } from '../../src/vendors/http/send.ts';
import { type PeerReply, startPeer } from '../support/peer.ts';

const BODY = JSON.stringify({ text: 'später '.repeat(1_000) });
const LIMIT = 64 * 1024;
const LIMITS = {
  signal: undefined,
  timeoutMs: 10_000,
  reuse: 'fail',
  bodyBytesMax: LIMIT,
} as const;

function get(url: string, options: Partial<SendOptions> = {}): Promise<HttpResponse> {
  const request = { method: 'GET', url, headers: { 'accept-encoding': 'gzip' } };
  return send(request, { ...LIMITS, ...options });
}

async function failureOf(response: Promise<HttpResponse>): Promise<ConnectionFailed> {
  const error: unknown = await response.catch((reason: unknown) => reason);
  if (!(error instanceof ConnectionFailed)) throw new Error(`unexpected: ${error}`);
  return error;
}

/** A gzip response with these bytes, announced with their full length. */
function gzipped(reply: PeerReply, bytes: Buffer, announced = bytes.length): void {
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${announced}\r\n\r\n`;
  reply.raw(Buffer.concat([Buffer.from(head), bytes]));
}

describe('a compressed response', () => {
  it('is decompressed', async () => {
    await using peer = await startPeer((_, reply) => gzipped(reply, gzipSync(BODY)));
    const response = await get(peer.origin);
    expect(response).toMatchObject({ status: 200, isTruncated: false });
    expect(asText(response).body).toBe(BODY);
  });

  it.each([
    ['401 Unauthorized', 'content-length: 0', ''],
    ['302 Found', 'transfer-encoding: chunked', '0\r\n\r\n'],
    ['409 Conflict', 'connection: close', ''],
  ])('keeps the status of an empty body: %s, %s', async (status, framing, body) => {
    await using peer = await startPeer((_, reply) => {
      const head = `HTTP/1.1 ${status}\r\ncontent-encoding: gzip\r\n${framing}\r\n\r\n`;
      reply.raw(Buffer.from(head + body));
    });
    const response = await get(peer.origin);
    expect(response).toMatchObject({ status: Number.parseInt(status, 10), isTruncated: false });
    expect(asText(response).body).toBe('');
  });

  it('fails if the connection breaks before the first byte', async () => {
    await using peer = await startPeer((_, reply) => gzipped(reply, Buffer.alloc(0), 100));
    expect((await failureOf(get(peer.origin))).head).toMatchObject({ status: 200 });
  });

  it('fails if the connection breaks in the middle', async () => {
    const bytes = gzipSync(BODY);
    const half = bytes.subarray(0, bytes.length / 2);
    await using peer = await startPeer((_, reply) => gzipped(reply, half, bytes.length));
    expect((await failureOf(get(peer.origin))).head).toMatchObject({ status: 200 });
  });

  it('fails if the compressed data itself is incomplete', async () => {
    const bytes = gzipSync(BODY);
    await using peer = await startPeer((_, reply) =>
      gzipped(reply, bytes.subarray(0, bytes.length / 2)),
    );
    expect((await failureOf(get(peer.origin))).message).toContain('unexpected end of file');
  });

  it('fails if it is not compressed', async () => {
    await using peer = await startPeer((_, reply) => gzipped(reply, Buffer.from(BODY)));
    expect((await failureOf(get(peer.origin))).message).toContain('Z_DATA_ERROR');
  });

  it('is truncated by its decompressed size', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    await using peer = await startPeer((_, reply) => gzipped(reply, bomb));
    const response = await get(peer.origin);
    expect(response.isTruncated).toBe(true);
    expect(response.body).toHaveLength(LIMIT);
  });
});

describe('a body', () => {
  it('of exactly the limit is complete, and a longer one is truncated', async () => {
    let length = LIMIT;
    await using peer = await startPeer((_, reply) => reply.respond(200, 'x'.repeat(length)));
    expect(await get(peer.origin)).toMatchObject({ isTruncated: false });
    length += 1;
    const response = await get(peer.origin);
    expect(response.isTruncated).toBe(true);
    expect(response.body).toHaveLength(LIMIT);
  });

  it('is read up to the limit only, even if it never ends', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      server.on('close', () => socket.destroy());
      const head = 'HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n';
      socket.once('data', () => socket.write(head + 'x'.repeat(LIMIT + 1)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await get(`http://127.0.0.1:${port}`);
    expect(response.isTruncated).toBe(true);
    expect(response.body).toHaveLength(LIMIT);
    server.close();
  });

  it('is not read with a limit of 0', async () => {
    await using peer = await startPeer((_, reply) => reply.truncate('x', 1_000_000));
    const response = await get(peer.origin, { bodyBytesMax: 0 });
    expect(response).toMatchObject({ status: 200, isTruncated: true });
    expect(response.body).toHaveLength(0);
  });
});

describe('a request', () => {
  it('names the product, unless it has its own user agent', async () => {
    await using peer = await startPeer((_, reply) => reply.respond(200));
    await get(peer.origin);
    const headers = { 'user-agent': 'other' };
    await send({ method: 'GET', url: peer.origin, headers }, LIMITS);
    expect(peer.requests.map((request) => request.headers['user-agent'])).toEqual([
      expect.stringMatching(/^sharetrail\/\d+\.\d+\.\d+/),
      'other',
    ]);
  });

  it('has its own length, whatever length the caller gives', async () => {
    await using peer = await startPeer((_, reply) => reply.respond(200));
    const headers = { 'Content-Length': '3' };
    const request = { method: 'POST', url: peer.origin, headers, body: BODY };
    await send(request, LIMITS);
    expect(peer.requests[0]?.body).toBe(BODY);
  });

  it('reports when it has been sent, before the response', async () => {
    const events: string[] = [];
    await using peer = await startPeer((_, reply) => {
      events.push('received');
      reply.respond(200);
    });
    await get(peer.origin, { onSent: () => events.push('sent') });
    expect(events.toSorted()).toEqual(['received', 'sent']);
  });

  it('is not reported as sent if no connection opens', async () => {
    const peer = await startPeer(() => {});
    await peer.close();
    const events: string[] = [];
    await failureOf(get(peer.origin, { onSent: () => events.push('sent') }));
    expect(events).toEqual([]);
  });
});

describe('the limit of a connection', () => {
  it('ends a TLS handshake that never completes', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      server.on('close', () => socket.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const failure = await failureOf(get(`https://127.0.0.1:${port}`, { connectMsMax: 50 }));
    expect(failure.message).toBe(
      `the connection to 127.0.0.1:${port} failed: no connection within 0.05 s`,
    );
    server.close();
  });

  it('does not apply to the response', async () => {
    await using peer = await startPeer((_, reply) => {
      setTimeout(() => reply.respond(200, 'late'), 120);
    });
    expect(asText(await get(peer.origin, { connectMsMax: 50 })).body).toBe('late');
  });
});
