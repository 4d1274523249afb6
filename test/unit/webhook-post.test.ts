import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { classifyFailure, classifyStatus } from '../../src/vendors/webhook/classify.ts';
import { WEBHOOK_LIMITS } from '../../src/vendors/webhook/limits.ts';
import { postText } from '../../src/vendors/webhook/post.ts';
import { WEBHOOK_PATH } from '../support/alert-rig.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type PeerHandler, startPeer } from '../support/peer.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

async function postTo(origin: string, changes: { clock?: ManualClock; signal?: AbortSignal } = {}) {
  const { clock = new ManualClock(), signal = never } = changes;
  const webhook = new Secret(origin + WEBHOOK_PATH);
  const posting = postText({ webhook, text: 'Hallo <Welt> 😀', clock, signal });
  let over = false;
  void posting.then(() => {
    over = true;
  });
  while (!over) {
    await until(() => over || clock.sleepers > 0);
    clock.advance(5_000);
  }
  return posting;
}

/** Responds with one status per request, and with the last one to every further request. */
function responding(...statuses: number[]): PeerHandler {
  let responses = 0;
  return (_request, reply) => {
    reply.respond(statuses[Math.min(responses, statuses.length - 1)] ?? 200, 'a secret');
    responses += 1;
  };
}

test('posts one JSON document with a text, as chat tools accept it', async () => {
  await using peer = await startPeer(responding(200));
  expect(await postTo(peer.origin)).toEqual({ kind: 'posted' });
  expect(peer.requests).toHaveLength(1);
  const [request] = peer.requests;
  expect(request).toMatchObject({ method: 'POST', url: WEBHOOK_PATH });
  expect(request?.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(JSON.parse(request?.body ?? '')).toEqual({ text: 'Hallo <Welt> 😀' });
});

describe('the number of requests', () => {
  test.each([
    [[503, 200], 2, 'posted'],
    [[429, 500, 202], 3, 'posted'],
    [[500], 3, 'failed'],
    [[404], 1, 'failed'],
    [[410, 200], 1, 'failed'],
    [[307], 1, 'failed'],
  ] as const)('%j: %d requests, %s', async (statuses, requests, kind) => {
    await using peer = await startPeer(responding(...statuses));
    expect(await postTo(peer.origin)).toMatchObject({ kind });
    expect(peer.requests).toHaveLength(requests);
  });
});

test('a redirect is not followed: the other address would receive the text', async () => {
  await using other = await startPeer(responding(200));
  await using peer = await startPeer((_request, reply) =>
    reply.respond(308, '', { location: `${other.origin}/elsewhere` }),
  );
  expect(await postTo(peer.origin)).toMatchObject({ kind: 'failed' });
  expect(other.requests).toEqual([]);
});

test('the reason of a failure contains no part of the address', async () => {
  await using peer = await startPeer((request, reply) => reply.respond(404, `no ${request.url}`));
  const refused = await postTo(peer.origin);
  expect(refused).toEqual({ kind: 'failed', reason: 'it returned 404' });
  await peer.close();
  const gone = await postTo(peer.origin);
  expect(gone).toEqual({ kind: 'failed', reason: 'it could not be reached (ECONNREFUSED)' });
  await using broken = await startPeer((_request, reply) => reply.reset());
  expect(await postTo(broken.origin)).toMatchObject({ reason: expect.stringMatching(/\(\w+\)$/) });
});

test('the reason of a failure says that a proxy is not used, or requires a login', async () => {
  const peer = await startPeer(() => {});
  await peer.close();
  vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
  const unused = await postTo(peer.origin);
  vi.unstubAllEnvs();
  expect(unused).toMatchObject({
    reason: expect.stringMatching(
      /^it could not be reached \(ECONNREFUSED\)\. HTTP_PROXY is set, but not used/,
    ),
  });
  await using proxy = await startPeer(responding(407));
  expect(await postTo(proxy.origin)).toEqual({
    kind: 'failed',
    reason: 'a proxy requires a login (407)',
  });
});

test('a stop leaves one attempt, and a short one', async () => {
  await using peer = await startPeer(() => {});
  const stop = new AbortController();
  stop.abort();
  const startedAt = systemClock.now();
  const posted = await postTo(peer.origin, { signal: stop.signal });
  expect(posted).toEqual({ kind: 'failed', reason: 'it did not respond in time' });
  expect(peer.requests).toHaveLength(1);
  // Another attempt would take this time; the exact time is the machine's.
  expect(systemClock.now() - startedAt).toBeLessThan(WEBHOOK_LIMITS.timeoutMs);
});

test('an endless response is classified by its status', async () => {
  await using peer = await startPeer((_request, reply) => reply.truncate('ok', 1_000_000));
  expect(await postTo(peer.origin)).toEqual({ kind: 'posted' });
});

describe('classifying', () => {
  test.each([
    [200, 'posted'],
    [299, 'posted'],
    [301, 'refused'],
    [400, 'refused'],
    [408, 'unavailable'],
    [425, 'unavailable'],
    [429, 'unavailable'],
    [500, 'unavailable'],
  ])('%d: %s', (status, kind) => {
    expect(classifyStatus(status)).toMatchObject({ kind });
  });

  test('a failure is described only by its code, at any depth', () => {
    const inner = Object.assign(new Error('getaddrinfo ENOTFOUND hooks.secret'), {
      code: 'ENOTFOUND',
    });
    const wrapped = new TypeError('fetch failed', { cause: inner });
    expect(classifyFailure(wrapped, '')).toEqual({
      kind: 'unavailable',
      reason: 'it could not be reached (ENOTFOUND)',
    });
    expect(classifyFailure(new TypeError('bad secret'), '')).toEqual({
      kind: 'unavailable',
      reason: 'it could not be reached (no connection)',
    });
  });
});
