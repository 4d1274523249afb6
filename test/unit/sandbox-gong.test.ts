import { afterEach, expect, test } from 'vitest';
import { parseJsonKeepingDigits } from '../../src/lib/json.ts';
import type { GongOptions } from '../../src/sandbox/gong/index.ts';
import {
  BASIC,
  errorsOf,
  GONG_KEY,
  type GongSandbox,
  minimalEvent,
  putEvent,
  startGong,
} from '../support/gong-sandbox.ts';

const started: GongSandbox[] = [];

async function start(options: Partial<GongOptions> = {}): Promise<GongSandbox> {
  const sandbox = await startGong(options);
  started.push(sandbox);
  return sandbox;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ server }) => server.stop()));
});

test('the response to an accepted event has a request ID and a number above 2^53', async () => {
  const { origin, gong, clock } = await start();
  const body = minimalEvent({ eventId: 'one' });
  const response = await putEvent(origin, body);
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(text).toContain('"integrationId":5517027188234205706}');
  const json = parseJsonKeepingDigits(text);
  expect(json).toMatchObject({ integrationId: '5517027188234205706' });
  expect(json).toHaveProperty('requestId', response.headers.get('x-traceid'));
  expect(gong.events).toEqual([
    {
      receivedAt: clock.now(),
      account: 'company',
      reportingSystem: 'sharetrail',
      eventId: 'one',
      requestId: response.headers.get('x-traceid'),
      body,
    },
  ]);
});

test('the integration ID can be omitted from the response', async () => {
  const { origin } = await start({ integrationId: null });
  const json: unknown = await (await putEvent(origin, minimalEvent())).json();
  expect(json).toEqual({ requestId: expect.stringMatching(/^[0-9a-z]{19}$/) });
});

test('each response has a different request ID, in the body and the header', async () => {
  const { origin } = await start();
  const ids = new Set<unknown>();
  for (const authorization of [BASIC, undefined, BASIC]) {
    const response = await putEvent(origin, minimalEvent(), { authorization });
    const json: unknown = await response.json();
    expect(json).toHaveProperty('requestId', response.headers.get('x-traceid'));
    ids.add(response.headers.get('x-traceid'));
  }
  expect(ids.size).toBe(3);
});

test('an eventId is accepted once per reporting system; a repeat gets 409', async () => {
  const { origin, gong } = await start();
  const first = await putEvent(origin, minimalEvent({ eventId: 'one' }));
  const repeat = await putEvent(origin, minimalEvent({ eventId: 'one', contentTitle: 'Other' }));
  const elsewhere = minimalEvent({ eventId: 'one', reportingSystem: 'other' });
  const other = await putEvent(origin, elsewhere);
  expect([first.status, repeat.status, other.status]).toEqual([200, 409, 200]);
  expect(await errorsOf(repeat)).toEqual(['Event was already reported in the past']);
  expect(gong.events.map((event) => event.body?.['contentTitle'])).toEqual([
    'Contract',
    'Contract',
  ]);
  expect(gong.byStatus).toEqual({ 200: 2, 409: 1 });
});

test('events without an eventId are never duplicates', async () => {
  const { origin, gong } = await start();
  await putEvent(origin, minimalEvent());
  await putEvent(origin, minimalEvent());
  expect(gong.events).toHaveLength(2);
});

test.each([
  ['no header', undefined],
  ['a wrong secret', `Basic ${Buffer.from('KEY:WRONG').toString('base64')}`],
  ['a wrong key', `Basic ${Buffer.from('OTHER:SECRET').toString('base64')}`],
  ['no colon', `Basic ${Buffer.from('KEYSECRET').toString('base64')}`],
  ['a scheme that is not known', 'Digest KEY:SECRET'],
  ['a token that was never issued', 'Bearer token'],
])('%s gets 401 and creates no event', async (_name, authorization) => {
  const { origin, gong } = await start();
  const response = await putEvent(origin, minimalEvent(), { authorization });
  expect(response.status).toBe(401);
  expect(await errorsOf(response)).toHaveLength(1);
  expect(gong.events).toHaveLength(0);
});

test('a key without the scope gets 401 with the name of the scope', async () => {
  const { origin } = await start({ keys: [{ ...GONG_KEY, scopes: ['api:users:read'] }] });
  const response = await putEvent(origin, minimalEvent());
  expect(response.status).toBe(401);
  expect(await errorsOf(response)).toEqual([
    "You don't have permission to use 'api:engagement-data:write' in your app.",
  ]);
});

test('the fourth call within a second gets 429 until the first is a second old', async () => {
  const { origin, clock, gong } = await start();
  const statuses: number[] = [];
  for (const waitMs of [0, 400, 400, 199, 1, 1]) {
    clock.advance(waitMs);
    statuses.push((await putEvent(origin, minimalEvent())).status);
  }
  expect(statuses).toEqual([200, 200, 200, 429, 200, 429]);
  expect(gong.events).toHaveLength(4);
});

test('calls refused by a limit do not extend the wait', async () => {
  const { origin, clock } = await start({ limits: { callsPerSecond: 1 } });
  const statuses: number[] = [];
  for (const waitMs of [0, 500, 499, 1]) {
    clock.advance(waitMs);
    statuses.push((await putEvent(origin, minimalEvent())).status);
  }
  expect(statuses).toEqual([200, 429, 429, 200]);
});

test('Retry-After is the rest of the second, rounded up to whole seconds', async () => {
  const { origin, clock } = await start({ limits: { callsPerSecond: 1 } });
  await putEvent(origin, minimalEvent());
  clock.advance(999);
  const response = await putEvent(origin, minimalEvent());
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await errorsOf(response)).toEqual(['API request limit exceeded']);
});

test('if the daily limit is used up, Retry-After is the rest of the 24 hours', async () => {
  const { origin, clock } = await start({ limits: { callsPerSecond: 100, callsPerDay: 2 } });
  await putEvent(origin, minimalEvent());
  clock.advance(3_600_000);
  await putEvent(origin, minimalEvent());
  const refused = await putEvent(origin, minimalEvent());
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '82800']);
  clock.advance(82_800_000);
  expect((await putEvent(origin, minimalEvent())).status).toBe(200);
  expect((await putEvent(origin, minimalEvent())).status).toBe(429);
});

test('a limit below one call per second is one call in a longer window', async () => {
  const { origin, clock } = await start({ limits: { callsPerSecond: 0.5 } });
  const statuses: number[] = [];
  for (const waitMs of [0, 1_999, 1]) {
    clock.advance(waitMs);
    statuses.push((await putEvent(origin, minimalEvent())).status);
  }
  expect(statuses).toEqual([200, 429, 200]);
});

test('all keys of a company share its limits and events; another company has its own', async () => {
  const keys = [
    GONG_KEY,
    { accessKey: 'KEY2', accessKeySecret: 'SECRET' },
    { accessKey: 'KEY3', accessKeySecret: 'SECRET', account: 'elsewhere' },
  ];
  const { origin, gong } = await start({ keys, limits: { callsPerSecond: 2 } });
  const statuses: number[] = [];
  for (const key of ['KEY', 'KEY2', 'KEY', 'KEY3']) {
    const authorization = `Basic ${Buffer.from(`${key}:SECRET`).toString('base64')}`;
    const event = minimalEvent({ eventId: 'one' });
    statuses.push((await putEvent(origin, event, { authorization })).status);
  }
  expect(statuses).toEqual([200, 409, 429, 200]);
  expect(gong.events.map(({ account }) => account)).toEqual(['company', 'elsewhere']);
});

test('the caller is checked before the limits, and the limits before the body', async () => {
  const { origin, gong } = await start({ limits: { callsPerSecond: 1 } });
  const unknown = await putEvent(origin, '{', { authorization: 'Basic x' });
  const bad = await putEvent(origin, '{');
  const often = await putEvent(origin, '{');
  expect([unknown.status, bad.status, often.status]).toEqual([401, 400, 429]);
  expect(gong.byStatus).toEqual({ 400: 1, 401: 1, 429: 1 });
});

test('every request is recorded with time, event, status, and authorization', async () => {
  const { origin, gong, clock } = await start({ limits: { callsPerSecond: 1 } });
  await putEvent(origin, minimalEvent({ eventId: 'a' }), { authorization: undefined });
  await putEvent(origin, minimalEvent({ eventId: 'b' }), { authorization: 'Bearer x' });
  await putEvent(origin, minimalEvent({ eventId: 'c' }));
  clock.advance(10);
  await putEvent(origin, minimalEvent({ eventId: 'd' }));
  const seen = gong.requests.map(({ at, eventId, status, authorization }) => [
    at - clock.now(),
    eventId,
    status,
    authorization,
  ]);
  expect(seen).toEqual([
    [-10, 'a', 401, 'none'],
    [-10, 'b', 401, 'bearer'],
    [-10, 'c', 200, 'basic'],
    [0, 'd', 429, 'basic'],
  ]);
});

test.each([
  ['application/json', 200],
  ['application/json; charset=utf-8', 200],
  ['application/JSON', 200],
  ['text/plain', 415],
  ['application/jsonp', 415],
  ['application/x-www-form-urlencoded', 415],
])('content type %s gets %i', async (contentType, status) => {
  const { origin } = await start();
  const response = await putEvent(origin, minimalEvent(), { contentType });
  expect(response.status).toBe(status);
});

test('a body above the limit gets 413, one at the limit does not', async () => {
  const body = JSON.stringify(minimalEvent());
  const fitting = await start({ bodyBytesMax: body.length });
  expect((await putEvent(fitting.origin, body)).status).toBe(200);
  const tooSmall = await start({ bodyBytesMax: body.length - 1 });
  const refused = await putEvent(tooSmall.origin, body);
  expect(refused.status).toBe(413);
  expect(await errorsOf(refused)).toHaveLength(1);
});

test('the body limit counts bytes, not characters', async () => {
  const body = JSON.stringify(minimalEvent({ contentTitle: 'Ü'.repeat(100) }));
  const { origin } = await start({ bodyBytesMax: body.length + 50 });
  expect((await putEvent(origin, body)).status).toBe(413);
});

test('another method gets 405 and another path 404, both in the error form', async () => {
  const { origin, gong } = await start();
  const path = '/v2/customer-engagement/content/shared';
  const wrongMethod = await fetch(`${origin}${path}`, { method: 'POST' });
  expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'PUT']);
  expect(await errorsOf(wrongMethod)).toHaveLength(1);
  const wrongPath = await fetch(`${origin}${path}/`, { method: 'PUT' });
  expect(wrongPath.status).toBe(404);
  expect(await errorsOf(wrongPath)).toHaveLength(1);
  expect(gong.requests.map(({ status }) => status)).toEqual([405, 404]);
});

test('reset clears events, requests, and call limits', async () => {
  const { origin, gong } = await start({ limits: { callsPerSecond: 1 } });
  await putEvent(origin, minimalEvent({ eventId: 'one' }));
  gong.reset();
  expect([gong.events, gong.requests, gong.byStatus]).toEqual([[], [], {}]);
  expect((await putEvent(origin, minimalEvent({ eventId: 'one' }))).status).toBe(200);
});

test('without bodies, duplicates are still detected', async () => {
  const { origin, gong } = await start({ keepBodies: false });
  await putEvent(origin, minimalEvent({ eventId: 'one' }));
  const repeat = await putEvent(origin, minimalEvent({ eventId: 'one' }));
  expect(repeat.status).toBe(409);
  expect(gong.events).toHaveLength(1);
  expect(gong.events[0]).toMatchObject({ eventId: 'one' });
  expect(gong.events[0]).not.toHaveProperty('body');
});
