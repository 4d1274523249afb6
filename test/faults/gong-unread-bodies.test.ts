import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createGongClient } from '../../src/vendors/gong/client.ts';
import { requestTokens } from '../../src/vendors/gong/token-request.ts';
import { accessKeyConfig, oauthConfig } from '../support/gong-config.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startPeer } from '../support/peer.ts';

const ERRORS = '{"errors":["parties: must not be null"]}';
const ENCODED = [
  ['br', Buffer.from('abcd'), 'the response has the encoding "br", which was not requested'],
  ['gzip', Buffer.from(ERRORS), 'the response cannot be decompressed: incorrect header check'],
  [
    'gzip',
    gzipSync(ERRORS).subarray(0, 20),
    'the response cannot be decompressed: unexpected end of file',
  ],
] as const;
/** The statuses whose meaning does not depend on the body. */
const KNOWN = [
  [308, 'refused'],
  [401, 'refused'],
  [403, 'refused'],
  [404, 'refused'],
  [408, 'unavailable'],
  [409, 'duplicate'],
  [429, 'throttled'],
  [503, 'unavailable'],
] as const;
const CUT = 'content-length: 100\r\n\r\n{"errors":["par';

function encoded(encoding: string, body: Buffer): Buffer {
  const head = `content-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** A peer that responds with these headers and this body. */
function peerWith(status: number, rest: string | Buffer) {
  const head = Buffer.from(`HTTP/1.1 ${status} X\r\nretry-after: 9\r\n`);
  return startPeer((_, reply) => reply.raw(Buffer.concat([head, Buffer.from(rest)])));
}

async function send(status: number, rest: string | Buffer) {
  await using peer = await peerWith(status, rest);
  const clock = new ManualClock(Date.UTC(2026, 10, 1, 10));
  const client = createGongClient({ config: accessKeyConfig(peer.origin), clock });
  const response = await client.shareContent('{}', new AbortController().signal);
  expect(peer.requests).toHaveLength(1);
  return response;
}

async function expectKnown(status: number, kind: string, rest: string | Buffer): Promise<void> {
  const response = await send(status, rest);
  expect(response).toMatchObject({ kind, status });
  if (kind !== 'duplicate') expect(response.errors).not.toEqual([]);
  expect(response.isBlocked).toBe(status === 403 ? true : undefined);
  const waits = kind === 'throttled' || kind === 'unavailable';
  expect(response.retryAfterMs).toBe(waits ? 9_000 : undefined);
}

describe('a response whose body breaks off', () => {
  it.each(KNOWN)('with %i means what its head says: %s', async (status, kind) => {
    await expectKnown(status, kind, CUT);
  });

  it.each([200, 400, 413, 422])(
    'with %i is a broken connection: it may come with its reasons',
    async (status) => {
      const response = await send(status, CUT);
      expect(response).toEqual({ kind: 'unavailable', errors: [expect.any(String)] });
    },
  );

  it('is one, too, if the end of the connection is all that ends the body', async () => {
    const head = Buffer.from('content-encoding: gzip\r\nconnection: close\r\n\r\n');
    const rest = Buffer.concat([head, gzipSync(ERRORS).subarray(0, 20)]);
    expect(await send(400, rest)).toMatchObject({ kind: 'unavailable' });
  });

  it('with a 407 of a proxy is a refusal', async () => {
    const response = await send(407, `proxy-authenticate: Basic\r\n${CUT}`);
    expect(response).toMatchObject({ kind: 'refused', status: 407, isFromProxy: true });
  });
});

describe.each(ENCODED)('a response in %s that cannot be decoded', (encoding, body, reason) => {
  const rest = encoded(encoding, body);

  it.each(KNOWN)('with %i means what its head says: %s', async (status, kind) => {
    await expectKnown(status, kind, rest);
  });

  it.each([400, 402, 405, 413, 418, 422, 499])(
    'with %i rejects the event, and says why there are no reasons',
    async (status) => {
      expect(await send(status, rest)).toEqual({
        kind: 'rejected',
        status,
        errors: [expect.stringContaining(`the body cannot be read: ${reason}`)],
      });
    },
  );

  it('with 200 is sent again: it does not say that Gong has the event', async () => {
    expect(await send(200, rest)).toEqual({
      kind: 'unavailable',
      errors: [expect.stringContaining(reason)],
    });
  });
});

describe('a token request', () => {
  it.each([
    [200, encoded('br', Buffer.from('abcd'))],
    [400, encoded('br', Buffer.from('abcd'))],
    [401, encoded('gzip', Buffer.from('abcd'))],
    [200, CUT],
    [400, CUT],
    [404, CUT],
    [503, CUT],
  ])('with %i and no readable body says nothing about the refresh token', async (status, rest) => {
    await using peer = await peerWith(status, rest);
    const { auth } = oauthConfig(peer.origin);
    if (auth.flow !== 'oauth') throw new Error('not OAuth');
    const { origin: baseUrl } = peer;
    const options = { refreshToken: 'token-1', baseUrl, timeoutMs: 2_000, now: () => 0 };
    const result = await requestTokens({ auth, ...options });
    expect(result).toMatchObject({ kind: 'failed', response: { kind: 'unavailable' } });
  });
});
