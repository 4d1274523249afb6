import { afterEach, beforeEach, expect, test } from 'vitest';
import { LIST_PAGE_MAX, pageOf } from '../../src/sandbox/control-routes.ts';
import { createGong, type GongControl, gongControlRoutes } from '../../src/sandbox/gong/index.ts';
import { type SandboxServer, startSandbox } from '../../src/sandbox/server.ts';
import { GONG_KEY, minimalEvent, putEvent } from '../support/gong-sandbox.ts';
import { ManualClock } from '../support/manual-clock.ts';

let clock: ManualClock;
let gong: GongControl;
let server: SandboxServer<'gong' | 'plain'>;

beforeEach(async () => {
  clock = new ManualClock();
  const made = createGong({ clock, keys: [GONG_KEY] });
  gong = made.gong;
  server = await startSandbox({
    vendors: { gong: made.vendor, plain: () => ({ status: 200 }) },
    control: { gong: gongControlRoutes(gong) },
    clock,
  });
});

afterEach(() => server.stop());

interface Received {
  readonly status: number;
  readonly json: unknown;
}

async function send(method: string, path: string, body?: unknown): Promise<Received> {
  const response = await fetch(`${server.origins.gong}/_sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: await response.json() };
}

test("state contains the time, the traffic, the faults, and the vendor's own fields", async () => {
  await putEvent(server.origins.gong, minimalEvent());
  server.faults.add({ vendor: 'plain', action: { kind: 'reset' } });
  expect((await send('GET', 'state')).json).toEqual({
    vendor: 'gong',
    now: clock.now(),
    traffic: { requests: 1, struck: 0 },
    faults: [{ id: 1, rule: { vendor: 'plain', action: { kind: 'reset' } }, fitted: 0, struck: 0 }],
    events: 1,
    requests: 1,
    byStatus: { 200: 1 },
  });
});

test('another process can page through events and requests', async () => {
  for (const eventId of ['a', 'b', 'c'])
    await putEvent(server.origins.gong, minimalEvent({ eventId }));
  const all = await send('GET', 'events');
  expect(all.json).toEqual({ events: gong.events, total: 3 });
  const page = await send('GET', 'events?offset=1&limit=1');
  expect(page.json).toMatchObject({ events: [{ eventId: 'b' }], total: 3 });
  const requests = await send('GET', 'requests?offset=2');
  expect(requests.json).toMatchObject({ requests: [{ eventId: 'c', status: 200 }], total: 3 });
  const traffic = await send('GET', 'traffic?limit=1');
  expect(traffic.json).toMatchObject({ traffic: [{ method: 'PUT', status: 200 }], total: 3 });
});

test('a page has at most 10,000 items, even with a higher limit', () => {
  const request = {
    method: 'GET',
    path: '/',
    query: new URLSearchParams({ limit: '20000' }),
    headers: {},
    body: '',
    origin: '',
    headBytes: 0,
  };
  const items = Array.from({ length: LIST_PAGE_MAX + 1 }, (_, index) => index);
  expect(pageOf(items, request)).toHaveLength(LIST_PAGE_MAX);
});

test.each(['offset=-1', 'limit=x', 'offset=1.5'])('%s gets 400', async (query) => {
  expect((await send('GET', `events?${query}`)).status).toBe(400);
});

test('POST faults adds one or more rules; DELETE removes one or all', async () => {
  const one = {
    action: { kind: 'answer', status: 503, headers: { 'retry-after': '1' }, body: [] },
  };
  expect(await send('POST', 'faults', one)).toEqual({ status: 200, json: { ids: [1] } });
  const two = [
    { times: 1, action: { kind: 'delay', ms: 1 } },
    { vendor: 'gong', method: 'PUT', pathIncludes: 'v2', eventId: 'a', skip: 1, times: 2 },
  ];
  const full = { ...two[1], probability: 0.5, seed: 3, action: { kind: 'hang', processed: true } };
  expect((await send('POST', 'faults', [two[0], full])).json).toEqual({ ids: [2, 3] });
  expect(server.faults.states.map(({ rule }) => rule)).toEqual([one, two[0], full]);
  await send('DELETE', 'faults?id=2');
  expect(server.faults.states.map(({ id }) => id)).toEqual([1, 3]);
  expect((await send('DELETE', 'faults?id=2')).status).toBe(400);
  expect((await send('DELETE', 'faults')).json).toEqual({ faults: [] });
});

test('a fault added by another process takes effect', async () => {
  await send('POST', 'faults', { times: 1, action: { kind: 'answer', status: 503 } });
  const first = await putEvent(server.origins.gong, minimalEvent());
  const second = await putEvent(server.origins.gong, minimalEvent());
  expect([first.status, second.status]).toEqual([503, 200]);
});

test.each([
  [{}, 'action'],
  [{ action: {} }, 'kind'],
  [{ action: { kind: 'explode' } }, 'kind'],
  [{ action: { kind: 'answer' } }, 'status'],
  [{ action: { kind: 'answer', status: 99 } }, 'status'],
  [{ action: { kind: 'cut', ms: 1 } }, 'additional'],
  [{ action: { kind: 'delay', ms: -1 } }, 'ms'],
  [{ action: { kind: 'redirect' } }, 'location'],
  [{ action: { kind: 'reset' }, time: 1 }, 'additional'],
  [{ action: { kind: 'reset' }, times: 1.5 }, 'times'],
  [{ action: { kind: 'reset' }, probability: 2 }, 'probability'],
])('the rule %j is rejected', async (rule, word) => {
  const good = { action: { kind: 'reset' } };
  const { status, json } = await send('POST', 'faults', [good, rule]);
  expect(status).toBe(400);
  expect(JSON.stringify(json)).toContain(word);
  expect(server.faults.states).toEqual([]);
});

test('POST clock moves the time of every vendor', async () => {
  const before = clock.now();
  const moved = await send('POST', 'clock', { advanceMs: 86_400_000 });
  expect(moved.json).toEqual({ now: before + 86_400_000 });
  expect((await send('GET', 'clock')).json).toEqual({ now: before + 86_400_000 });
  await putEvent(server.origins.gong, minimalEvent());
  expect(gong.events[0]?.receivedAt).toBe(before + 86_400_000);
});

test.each([{}, { advanceMs: -1 }, { advanceMs: '5' }, [], 'x'])(
  'moving the clock by %j gets 400',
  async (body) => {
    const before = clock.now();
    expect((await send('POST', 'clock', body)).status).toBe(400);
    expect(clock.now()).toBe(before);
  },
);

test("POST reset clears Gong's events", async () => {
  await putEvent(server.origins.gong, minimalEvent());
  expect((await send('POST', 'reset')).status).toBe(200);
  expect(gong.events).toEqual([]);
});

test('an unknown name gets 404 with the known names, a wrong method gets 405', async () => {
  const unknown = await send('GET', 'nothing');
  expect(unknown.status).toBe(404);
  expect(unknown.json).toMatchObject({ known: expect.arrayContaining(['GET events']) });
  expect((await send('PUT', 'clock')).status).toBe(405);
  const plain = await fetch(`${server.origins.plain}/_sandbox/events`);
  expect(plain.status).toBe(404);
});

test('control requests are not affected by faults and not part of the traffic', async () => {
  server.faults.add({ action: { kind: 'reset' } });
  expect((await send('GET', 'state')).status).toBe(200);
  expect(server.traffic.gong.counts.requests).toBe(0);
});
