import { describe, expect, test } from 'vitest';
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

/** Answers the statuses in turn, the last one for ever. */
function answering(...statuses: number[]): PeerHandler {
  let answered = 0;
  return (_request, reply) => {
    reply.answer(statuses[Math.min(answered, statuses.length - 1)] ?? 200, 'secret said');
    answered += 1;
  };
}

test('posts one JSON document with a text, as chat tools take it', async () => {
  await using peer = await startPeer(answering(200));
  expect(await postTo(peer.origin)).toEqual({ kind: 'taken' });
  expect(peer.requests).toHaveLength(1);
  const [request] = peer.requests;
  expect(request).toMatchObject({ method: 'POST', url: WEBHOOK_PATH });
  expect(request?.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(JSON.parse(request?.body ?? '')).toEqual({ text: 'Hallo <Welt> 😀' });
});

describe('what is tried again, and how often', () => {
  test.each([
    [[503, 200], 2, 'taken'],
    [[429, 500, 202], 3, 'taken'],
    [[500], 3, 'lost'],
    [[404], 1, 'lost'],
    [[410, 200], 1, 'lost'],
    [[307], 1, 'lost'],
  ] as const)('%j: %d requests, %s', async (statuses, requests, kind) => {
    await using peer = await startPeer(answering(...statuses));
    expect(await postTo(peer.origin)).toMatchObject({ kind });
    expect(peer.requests).toHaveLength(requests);
  });
});

test('no redirect is followed: the other address would learn what the text says', async () => {
  await using other = await startPeer(answering(200));
  await using peer = await startPeer((_request, reply) =>
    reply.answer(308, '', { location: `${other.origin}/elsewhere` }),
  );
  expect(await postTo(peer.origin)).toMatchObject({ kind: 'lost' });
  expect(other.requests).toEqual([]);
});

test('why nobody got it is told without any part of the address', async () => {
  await using peer = await startPeer((request, reply) => reply.answer(404, `no ${request.url}`));
  const refused = await postTo(peer.origin);
  expect(refused).toEqual({ kind: 'lost', reason: 'it answered 404' });
  await peer.close();
  const gone = await postTo(peer.origin);
  expect(gone).toEqual({ kind: 'lost', reason: 'it could not be reached (ECONNREFUSED)' });
  await using broken = await startPeer((_request, reply) => reply.reset());
  expect(await postTo(broken.origin)).toMatchObject({ reason: expect.stringMatching(/\(\w+\)$/) });
});

test('a stop leaves one try, and a short one', async () => {
  await using peer = await startPeer(() => {});
  const stop = new AbortController();
  stop.abort();
  const began = systemClock.now();
  const posted = await postTo(peer.origin, { signal: stop.signal });
  expect(posted).toEqual({ kind: 'lost', reason: 'it gave no answer in time' });
  expect(peer.requests).toHaveLength(1);
  // Another attempt would take this time; the exact time is the machine's.
  expect(systemClock.now() - began).toBeLessThan(WEBHOOK_LIMITS.timeoutMs);
});

test('an answer without an end is taken by its status', async () => {
  await using peer = await startPeer((_request, reply) => reply.cut('ok', 1_000_000));
  expect(await postTo(peer.origin)).toEqual({ kind: 'taken' });
});

describe('classifying', () => {
  test.each([
    [200, 'taken'],
    [299, 'taken'],
    [301, 'refused'],
    [400, 'refused'],
    [408, 'unavailable'],
    [425, 'unavailable'],
    [429, 'unavailable'],
    [500, 'unavailable'],
  ])('%d: %s', (status, kind) => {
    expect(classifyStatus(status)).toMatchObject({ kind });
  });

  test('a failure is told by its code alone, wherever it stands', () => {
    const inner = Object.assign(new Error('getaddrinfo ENOTFOUND hooks.secret'), {
      code: 'ENOTFOUND',
    });
    const wrapped = new TypeError('fetch failed', { cause: inner });
    expect(classifyFailure(wrapped)).toEqual({
      kind: 'unavailable',
      reason: 'it could not be reached (ENOTFOUND)',
    });
    expect(classifyFailure(new TypeError('bad secret'))).toEqual({
      kind: 'unavailable',
      reason: 'it could not be reached (no connection)',
    });
  });
});
