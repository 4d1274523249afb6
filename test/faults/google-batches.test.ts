import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';
import { GOOGLE_LIMITS } from '../../src/vendors/google/limits.ts';
import { HTTP_LIMITS } from '../../src/vendors/http/limits.ts';
import {
  apiError,
  createTestGoogleClient,
  type GooglePeer,
  HTML_PAGE,
  startGoogle,
} from '../support/google-peer.ts';
import type { PeerReply } from '../support/peer.ts';

const ANNA = 'anna@acme.com';
const BEN = 'ben@acme.com';
const COUNT: number = GOOGLE_LIMITS.callsPerBatchMin;

function requestedFiles(count = COUNT) {
  return Array.from({ length: count }, (_, index) => ({
    subject: index % 2 === 0 ? ANNA : BEN,
    fileId: `f${index}`,
  }));
}

interface Inner {
  readonly status?: number;
  readonly headers?: string;
  readonly body?: unknown;
}

/** A Google that responds to each call of a batch with `inner`; default: its file. */
function startBatching(inner: (fileId: string, batch: number) => Inner | undefined) {
  let batches = 0;
  return startGoogle({
    call: ({ url, body }, reply) => {
      if (url !== '/batch/drive/v3') return reply.respond(404, apiError(404, 'notFound'));
      batches += 1;
      const parts = [...body.matchAll(/<(item\d+)>\r\n\r\nGET \/drive\/v3\/files\/(\w+)\?/g)].map(
        ([, id, fileId = '']) => partOf(id, inner(fileId, batches) ?? { body: { id: fileId } }),
      );
      reply.respond(200, `${parts.join('')}--b--`, {
        'content-type': 'multipart/mixed; boundary=b',
      });
    },
  });
}

function partOf(id: string | undefined, { status = 200, headers = '', body = {} }: Inner): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (
    `--b\r\ncontent-id: <response-${id}>\r\n\r\n` +
    `HTTP/1.1 ${status} Status\r\n${headers}\r\n${text}\r\n`
  );
}

function batchesIn(google: GooglePeer): number {
  return google.calls.filter(({ url }) => url === '/batch/drive/v3').length;
}

describe('files that are read together', () => {
  it('are read as their own users, and each counts as a call', async () => {
    await using google = await startBatching(() => undefined);
    const { client, counted } = createTestGoogleClient(google.origin);
    const files = await client.getFilesTogether(requestedFiles(230));
    // The last 30 are too few for a batch.
    expect([...files.values()].map((file) => file?.id)).toHaveLength(200);
    expect(files.get('f199')?.id).toBe('f199');
    expect([batchesIn(google), counted()]).toEqual([2, 200]);
    const [batch] = google.calls;
    expect(batch?.method).toBe('POST');
    expect(batch?.headers.authorization).toBeUndefined();
    const calls = [
      ...(batch?.body ?? '').matchAll(/files\/f(\d+)\?.*\r\nauthorization: (.*)\r\n/g),
    ];
    expect(calls).toHaveLength(100);
    const tokensOf = (rest: number) =>
      new Set(calls.flatMap(([, id, token]) => (Number(id) % 2 === rest ? [token] : [])));
    expect([...tokensOf(0), ...tokensOf(1)].toSorted()).toEqual([
      'Bearer access-1',
      'Bearer access-2',
    ]);
  });

  it('are not read together if they are few', async () => {
    await using google = await startBatching(() => undefined);
    const { client } = createTestGoogleClient(google.origin);
    expect((await client.getFilesTogether(requestedFiles(COUNT - 1))).size).toBe(0);
    expect(google.requests).toHaveLength(0);
  });

  it.each<[string, Inner, 'missing' | 'unknown']>([
    ['404', { status: 404, body: apiError(404, 'notFound', { location: 'fileId' }) }, 'missing'],
    ['404 without an error of Google', { status: 404, body: HTML_PAGE }, 'unknown'],
    ['403', { status: 403, body: apiError(403, 'forbidden') }, 'unknown'],
    ['401', { status: 401, body: apiError(401, 'authError') }, 'unknown'],
    ['503', { status: 503, body: apiError(503, 'backendError') }, 'unknown'],
    ['a web page', { body: HTML_PAGE }, 'unknown'],
    ['half of a file', { body: '{"id":"f7","name":"Off' }, 'unknown'],
    ['another file', { body: { id: 'f8' } }, 'unknown'],
    ['a file of which nothing can be read', { body: { id: 'f7', owners: 7 } }, 'unknown'],
  ])('except for one: %s', async (_what, inner, outcome) => {
    await using google = await startBatching((id) => (id === 'f7' ? inner : undefined));
    const { client, clock } = createTestGoogleClient(google.origin);
    const files = await client.getFilesTogether(requestedFiles());
    expect(files.has('f7')).toBe(outcome === 'missing');
    expect(files.get('f7')).toBeUndefined();
    expect([...files.values()].filter((file) => file !== undefined)).toHaveLength(COUNT - 1);
    expect(clock.sleptMs).toEqual([]);
  });

  it('wait for a quota that one of them used up, as every other call does', async () => {
    const inner = {
      status: 403,
      headers: 'retry-after: 5\r\n',
      body: apiError(403, 'userRateLimitExceeded'),
    };
    await using google = await startBatching((id, batch) =>
      id === 'f7' && batch === 1 ? inner : undefined,
    );
    const { client, clock } = createTestGoogleClient(google.origin);
    expect((await client.getFilesTogether(requestedFiles())).has('f7')).toBe(false);
    expect(clock.sleptMs).toEqual([]);
    expect((await client.getFilesTogether(requestedFiles())).size).toBe(COUNT);
    expect(clock.sleptMs).toEqual([5_000]);
  });

  it('leave out those whose user cannot sign in', async () => {
    await using google = await startGoogle({
      token: (_request, reply) => reply.respond(400, { error: 'invalid_grant' }),
    });
    const { client, counted } = createTestGoogleClient(google.origin);
    expect((await client.getFilesTogether(requestedFiles())).size).toBe(0);
    // One attempt for each user, and no batch of nothing.
    expect([google.tokenRequests.length, google.calls.length, counted()]).toEqual([2, 0, 0]);
  });

  it('leave out those whose token would add lines to the batch', async () => {
    await using google = await startGoogle({
      token: (_request, reply) =>
        reply.respond(200, { access_token: 'a\r\nx-evil: 1', expires_in: 3_599 }),
    });
    const { client } = createTestGoogleClient(google.origin);
    expect((await client.getFilesTogether(requestedFiles())).size).toBe(0);
    expect(google.calls).toHaveLength(0);
  });
});

type Respond = (reply: PeerReply) => void;
const MULTIPART = { 'content-type': 'multipart/mixed; boundary=b' };

/** Calls `getFilesTogether` several times on a server that responds to each batch as given. */
async function afterTries(respond: Respond, tries: number) {
  const google = await startGoogle({ call: (_request, reply) => respond(reply) });
  const { client, clock, counted } = createTestGoogleClient(google.origin);
  const found: number[] = [];
  for (let attempt = 0; attempt < tries; attempt += 1) {
    found.push((await client.getFilesTogether(requestedFiles(800))).size);
  }
  const batches = batchesIn(google);
  await google.close();
  return { found: new Set(found), batches, counted: counted(), clock };
}

describe('a server without batches', () => {
  it.each<[string, Respond]>([
    ['404', (reply) => reply.respond(404)],
    ['404 of Google', (reply) => reply.respond(404, apiError(404, 'notFound'))],
    ['405', (reply) => reply.respond(405)],
    ['501', (reply) => reply.respond(501)],
    ['400', (reply) => reply.respond(400, apiError(400, 'badRequest'))],
    ['401', (reply) => reply.respond(401, apiError(401, 'authError'))],
    ['403', (reply) => reply.respond(403, apiError(403, 'forbidden'))],
    ['an empty 200', (reply) => reply.respond(200)],
    ['JSON', (reply) => reply.respond(200, { id: 'f0' })],
    ['a web page', (reply) => reply.respond(200, HTML_PAGE, { 'content-type': 'text/html' })],
    ['a web page as a batch', (reply) => reply.respond(200, HTML_PAGE, MULTIPART)],
    ['another boundary', (reply) => reply.respond(200, `--c\r\n${'--c--'}`, MULTIPART)],
    ['a redirect', (reply) => reply.respond(302, '', { location: 'http://127.0.0.1:1/' })],
    ['a login of a proxy', (reply) => reply.respond(407)],
  ])('is asked once per run: %s', async (_what, respond) => {
    const { found, batches, counted, clock } = await afterTries(respond, 3);
    expect(found).toEqual(new Set([0]));
    expect([batches, counted]).toEqual([1, 1]);
    expect(clock.sleptMs).toEqual([]);
  });

  it.each<[string, Respond]>([
    ['a 503', (reply) => reply.respond(503)],
    ['a reset connection', (reply) => reply.reset()],
    ['half a body', (reply) => reply.truncate('--b\r\n', 900)],
    [
      'JSON that is nested too deeply',
      (reply) => reply.respond(200, '['.repeat(HTTP_LIMITS.jsonLevelsMax + 1), MULTIPART),
    ],
  ])('is asked three times, if it may recover: %s', async (_what, respond) => {
    const { found, counted } = await afterTries(respond, 3);
    expect(found).toEqual(new Set([0]));
    expect(counted).toBe(GOOGLE_LIMITS.batchFailuresMax);
  });

  it('that answers no call of a batch is asked three times', async () => {
    const respond: Respond = (reply) => reply.respond(200, emptyParts(), MULTIPART);
    const { found, batches } = await afterTries(respond, 3);
    expect(found).toEqual(new Set([0]));
    expect(batches).toBe(GOOGLE_LIMITS.batchFailuresMax);
  });

  it('that recovers in time is asked again', async () => {
    let requests = 0;
    await using google = await startGoogle({
      call: (_request, reply) => {
        requests += 1;
        if (requests % 3 !== 0) reply.respond(503);
        else reply.respond(200, `${partOf('item0', { body: { id: 'f0' } })}--b--`, MULTIPART);
      },
    });
    const { client } = createTestGoogleClient(google.origin);
    for (let attempt = 0; attempt < 3; attempt += 1)
      await client.getFilesTogether(requestedFiles());
    for (let attempt = 0; attempt < 6; attempt += 1)
      await client.getFilesTogether(requestedFiles());
    expect(batchesIn(google)).toBe(9);
  });

  it('whose quota is used up is asked again after it', async () => {
    let requests = 0;
    await using google = await startGoogle({
      call: (_request, reply) => {
        requests += 1;
        if (requests === 1) reply.respond(403, apiError(403, 'rateLimitExceeded'));
        else reply.respond(200, `${partOf('item0', { body: { id: 'f0' } })}--b--`, MULTIPART);
      },
    });
    const { client, clock } = createTestGoogleClient(google.origin);
    expect((await client.getFilesTogether(requestedFiles())).size).toBe(0);
    expect((await client.getFilesTogether(requestedFiles())).size).toBe(1);
    expect(clock.sleptMs).toEqual([60_000]);
  });

  it('whose quota is used up is spared the batches that were queued', async () => {
    const sleptBefore: number[] = [];
    await using google = await startGoogle({
      call: (_request, reply) => {
        sleptBefore.push(clock.sleptMs.length);
        if (sleptBefore.length === 2) reply.respond(403, apiError(403, 'rateLimitExceeded'));
        else reply.respond(200, `${partOf('item0', { body: { id: 'f0' } })}--b--`, MULTIPART);
      },
    });
    const { client, clock } = createTestGoogleClient(google.origin, { requestsAtOnceMax: 1 });
    await client.getFilesTogether(requestedFiles(300));
    expect(sleptBefore).toEqual([0, 0, 1]);
  });

  it.each([
    ['any reason', new Error('stopped')],
    ["an error of the user's", new UserError('stopped')],
  ])('is not asked after the run was stopped for %s', async (_what, reason) => {
    await using google = await startBatching(() => undefined);
    const { client, stop } = createTestGoogleClient(google.origin);
    stop.abort(reason);
    await expect(client.getFilesTogether(requestedFiles())).rejects.toThrow('stopped');
    expect(google.calls).toHaveLength(0);
  });
});

function emptyParts(): string {
  return `${partOf('item0', { status: 503 })}--b--`;
}
