import { describe, expect, test } from 'vitest';
import { acquireLease } from '../../src/db/leases.ts';
import { LeaseLost } from '../../src/lib/errors.ts';
import { countByState } from '../../src/outbox/event-counts.ts';
import { listAttempts } from '../../src/outbox/find-events.ts';
import { RejectionStreak } from '../../src/push/rejection-streak.ts';
import { pushErrors } from '../../src/runs/push-errors.ts';
import { classifyResponse } from '../../src/vendors/gong/classify.ts';
import { eventSeries, newEvent } from '../support/events.ts';
import { pushRig } from '../support/push-rig.ts';
import {
  accepted,
  duplicate,
  refused,
  rejected,
  throttled,
  unavailable,
} from '../support/scripted-gong.ts';

const ONE = { tenant: 'acme', eventId: 'one' };
const NOTHING = { delivered: 0, duplicates: 0, rejected: 0, exhausted: 0 };

describe('Gong’s response', () => {
  test('2xx: the event is delivered, with both of Gong’s ids', async () => {
    const rig = await pushRig({ script: () => accepted });
    await rig.commit([newEvent('one')]);
    expect(await rig.drain()).toEqual({ ...NOTHING, delivered: 1 });
    expect(await rig.event('one')).toMatchObject({
      state: 'delivered',
      attempts: 1,
      lastStatus: 201,
      requestId: 'request-1',
      integrationId: '9223372036854775807',
      errors: [],
    });
    expect(rig.gong.requests).toMatchObject([{ body: JSON.stringify(newEvent('one').body) }]);
    expect(rig.calls()).toBe(1);
  });

  test('409: the event is a duplicate, which is success', async () => {
    const rig = await pushRig({ script: () => duplicate });
    await rig.commit([newEvent('one')]);
    expect(await rig.drain()).toEqual({ ...NOTHING, duplicates: 1 });
    expect(await rig.event('one')).toMatchObject({ state: 'duplicate', lastStatus: 409 });
  });

  test('400: the event is rejected with Gong’s errors, and the others are sent', async () => {
    const script = ({ eventId }: { eventId: string }) =>
      eventId === 'one' ? rejected('contentUrl is invalid') : accepted;
    const rig = await pushRig({ script });
    await rig.commit([newEvent('one'), ...eventSeries(9)]);
    expect(await rig.drain()).toEqual({ ...NOTHING, delivered: 9, rejected: 1 });
    expect(await rig.event('one')).toMatchObject({
      state: 'rejected',
      lastStatus: 400,
      errors: ['contentUrl is invalid'],
    });
  });

  test('401: the event stays pending without an attempt, and pushing stops', async () => {
    const rig = await pushRig({ script: () => refused });
    await rig.commit(eventSeries(30));
    const report = await rig.drain();
    expect(report).toEqual({ ...NOTHING, stop: { kind: 'refused', response: refused } });
    expect(rig.gong.requests.length).toBeLessThanOrEqual(4);
    expect(await rig.db.selectFrom('attempt').selectAll().execute()).toEqual([]);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 30 });
    expect(await rig.event('event-000000')).toMatchObject({ attempts: 0 });
  });

  describe('a 403 of a firewall in front of Gong', () => {
    const page =
      '<html><head><title>403 Forbidden</title></head><body>Request blocked</body></html>';
    const blocked = classifyResponse({ status: 403, headers: {}, body: page }, 0);

    test('to one event: names that event, and sends the others', async () => {
      const rig = await pushRig({
        script: ({ eventId }) => (eventId === 'event-000000' ? blocked : accepted),
      });
      await rig.commit(eventSeries(30));
      const report = await rig.drain();
      const named = { count: 1, eventIds: ['event-000000'] };
      expect(report).toEqual({ ...NOTHING, delivered: 29, blocked: named });
      expect(await rig.event('event-000000')).toMatchObject({
        state: 'pending',
        attempts: 1,
        lastStatus: 403,
        errors: ['403 Forbidden Request blocked'],
      });
      expect(pushErrors(report)[0]?.message).toContain('event-000000');
      rig.clock.advance(1_000);
      const alone = await rig.drain();
      expect(alone).toMatchObject({ stop: { kind: 'refused', eventIds: ['event-000000'] } });
      expect(pushErrors(alone)[0]?.message).toContain('event-000000');
      expect(await rig.event('event-000000')).toMatchObject({ state: 'pending', attempts: 2 });
    });

    const nameOf = (index: number) => `event-${String(index).padStart(6, '0')}`;

    test.each([
      ['the first six', [0, 1, 2, 3, 4, 5]],
      ['the first and the last', [0, 29]],
      ['a dozen', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ])('to %s of the queue: every other event is sent', async (_name, indexes) => {
      const titles = new Set(indexes.map(nameOf));
      const rig = await pushRig({
        script: ({ eventId }) => (titles.has(eventId) ? blocked : accepted),
      });
      await rig.commit(eventSeries(30));
      const report = await rig.drain();
      expect(report).toMatchObject({ delivered: 30 - titles.size });
      expect(report).not.toHaveProperty('stop');
      expect(report.blocked?.count).toBe(titles.size);
      expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: titles.size });
    });

    test('to the neighbours of events that were claimed ahead: the other end is tried', async () => {
      const titles = new Set([1, 2, 3, 4, 5, 6, 7].map(nameOf));
      const rig = await pushRig({
        // The first one's slot becomes free alone: one claim then finds more events than it needs.
        script: ({ eventId, attempt }) => {
          if (titles.has(eventId)) return blocked;
          return eventId === nameOf(0) && attempt === 1 ? unavailable : accepted;
        },
        responseMs: ({ eventId }) => 10 * (1 + Number(eventId.slice(-6))),
      });
      await rig.commit(eventSeries(30));
      const report = await rig.drain();
      expect(report).toMatchObject({ delivered: 23, blocked: { count: 7 } });
      expect(report).not.toHaveProperty('stop');
    });

    test('to events at both ends of the queue: the next run sends the others', async () => {
      const titles = new Set([0, 1, 2, 3, 26, 27, 28, 29].map(nameOf));
      const rig = await pushRig({
        script: ({ eventId }) => (titles.has(eventId) ? blocked : accepted),
      });
      await rig.commit(eventSeries(30));
      const first = await rig.drain();
      expect(pushErrors(first)[0]?.message).toContain('event-000000');
      rig.clock.advance(1_000);
      const second = await rig.drain();
      expect(first.delivered + second.delivered).toBe(22);
      expect(second).toMatchObject({ blocked: { count: 8 } });
      expect(second).not.toHaveProperty('stop');
    });

    test('to every event: stops after a few', async () => {
      const rig = await pushRig({ script: () => blocked });
      await rig.commit(eventSeries(30));
      expect(await rig.drain()).toMatchObject({
        ...NOTHING,
        stop: { kind: 'refused', response: blocked },
      });
      expect(rig.gong.requests.length).toBeLessThan(5 + 4);
      expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 30 });
    });

    test('control: a 403 in Gong’s JSON stops at once, without an attempt', async () => {
      const body = '{"requestId":"4al018gzaztcr8nbukw","errors":["Forbidden"]}';
      const forbidden = classifyResponse({ status: 403, headers: {}, body }, 0);
      const rig = await pushRig({ script: () => forbidden });
      await rig.commit(eventSeries(30));
      expect(await rig.drain()).toMatchObject({ stop: { kind: 'refused' } });
      expect(rig.gong.requests.length).toBeLessThanOrEqual(4);
      expect(await rig.db.selectFrom('attempt').selectAll().execute()).toEqual([]);
    });
  });

  test('401: other requests in flight still finish and are recorded', async () => {
    const rig = await pushRig({
      script: ({ eventId }) => (eventId === 'event-000001' ? refused : accepted),
      responseMs: ({ eventId }) => (eventId === 'event-000001' ? 10 : 25_000),
    });
    await rig.commit(eventSeries(30));
    expect(await rig.drain()).toMatchObject({ delivered: 3, stop: { kind: 'refused' } });
    expect(rig.gong.requests).toHaveLength(4);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 27, delivered: 3 });
  });

  test('429: the event stays pending and is sent after Retry-After', async () => {
    const rig = await pushRig({
      script: ({ attempt }) => (attempt === 1 ? throttled(7_000) : accepted),
    });
    await rig.commit([newEvent('one')]);
    expect(await rig.drain()).toEqual({ ...NOTHING, delivered: 1 });
    const [first, second] = rig.gong.requests.map((request) => request.at);
    expect((second ?? 0) - (first ?? 0)).toBe(100 + 7_000);
    expect(await listAttempts(rig.db, ONE)).toMatchObject([
      { outcome: 'throttled', status: 429 },
      { outcome: 'accepted', status: 201 },
    ]);
  });

  test('5xx: five attempts with exponential backoff, then the event is deferred', async () => {
    const rig = await pushRig({ script: () => unavailable, responseMs: () => 0 });
    await rig.commit([newEvent('one')]);
    const runStartedAt = rig.clock.now();
    expect(await rig.drain()).toEqual({ ...NOTHING, exhausted: 1, lastFailure: 'down' });
    const times = rig.gong.requests.map((request) => request.at - runStartedAt);
    expect(times).toEqual([0, 500, 1_500, 3_500, 7_500]);
    expect(await rig.event('one')).toMatchObject({ state: 'pending', attempts: 5 });
    expect(await rig.drain({ runStartedAt })).toEqual(NOTHING);
    rig.clock.advance(60_000);
    expect(await rig.drain()).toMatchObject({ exhausted: 1 });
    expect(await listAttempts(rig.db, ONE)).toHaveLength(10);
  });

  test('5xx: the longest delays are 1, 2, 4 and 8 s', async () => {
    const rig = await pushRig({ script: () => unavailable, responseMs: () => 0 });
    await rig.commit([newEvent('one')]);
    const start = rig.clock.now();
    await rig.drain({ random: () => 1 - Number.EPSILON });
    const times = rig.gong.requests.map((request) => request.at - start);
    expect(times).toEqual([0, 1_000, 3_000, 7_000, 15_000]);
  });

  test('5xx: an event that succeeds at a later attempt is delivered once', async () => {
    const rig = await pushRig({ script: ({ attempt }) => (attempt < 5 ? unavailable : accepted) });
    await rig.commit([newEvent('one')]);
    expect(await rig.drain()).toEqual({ ...NOTHING, delivered: 1 });
    expect(await rig.event('one')).toMatchObject({ state: 'delivered', attempts: 5, errors: [] });
  });

  test('a lost response: the event is sent again, and a 409 settles it', async () => {
    const rig = await pushRig({
      script: ({ attempt }) => (attempt === 1 ? unavailable : duplicate),
    });
    await rig.commit([newEvent('one')]);
    expect(await rig.drain()).toEqual({ ...NOTHING, duplicates: 1 });
    expect(new Set(rig.gong.requests.map((request) => request.body)).size).toBe(1);
  });

  test('5xx: a deferred event is not retried in the same run if the clock is set back', async () => {
    const rig = await pushRig({ script: () => unavailable, responseMs: () => 0 });
    await rig.commit([newEvent('one')]);
    const runStartedAt = rig.clock.now() + 3_600_000;
    const report = await rig.drain({ random: () => 0, runStartedAt });
    expect(report).toMatchObject({ exhausted: 1 });
    expect(rig.gong.requests).toHaveLength(5);
  });
});

describe('20 consecutive rejections with the same errors', () => {
  const same = () => rejected('workspaceId is unknown');

  test('end pushing; requests in flight finish, and the rest stays pending', async () => {
    const rig = await pushRig({
      script: same,
      responseMs: ({ eventId }) => (Number(eventId.slice(-6)) % 4) * 700 + 100,
    });
    await rig.commit(eventSeries(200));
    const report = await rig.drain();
    const errors = ['workspaceId is unknown'];
    expect(report.stop).toEqual({ kind: 'same-rejections', errors });
    expect(report.rejected).toBe(rig.gong.requests.length);
    expect(report.rejected).toBeGreaterThanOrEqual(20);
    expect(report.rejected).toBeLessThan(20 + 4);
    expect(await countByState(rig.db, 'acme')).toMatchObject({
      rejected: report.rejected,
      pending: 200 - report.rejected,
    });
  });

  test('do not if there is one fewer', async () => {
    const rig = await pushRig({ script: same });
    await rig.commit(eventSeries(19));
    expect(await rig.drain()).toEqual({ ...NOTHING, rejected: 19 });
  });

  test('do not if the errors differ or another response is between them', async () => {
    const number = (eventId: string) => Number(eventId.slice(-6));
    const varied = await pushRig({
      script: ({ eventId }) => rejected(`bad ${number(eventId) % 3}`),
    });
    await varied.commit(eventSeries(90));
    expect(await varied.drain()).toEqual({ ...NOTHING, rejected: 90 });
    const mixed = await pushRig({
      script: ({ eventId }) => (number(eventId) % 15 === 0 ? accepted : same()),
    });
    await mixed.commit(eventSeries(90));
    expect(await mixed.drain()).toEqual({ ...NOTHING, delivered: 6, rejected: 84 });
  });

  test.for([
    ['accepted', false],
    ['duplicate', false],
    ['unavailable', true],
  ] as const)('with an %s response between them are still consecutive: %s', ([kind, inRow]) => {
    const streak = new RejectionStreak(3);
    const rejection = { kind: 'rejected', errors: ['same'] } as const;
    expect(streak.reached(rejection)).toBe(false);
    expect(streak.reached(rejection)).toBe(false);
    expect(streak.reached({ kind, errors: [] })).toBe(false);
    expect(streak.reached(rejection)).toBe(inRow);
  });
});

describe('a lost lease', () => {
  test('ends pushing with LeaseLost, and nothing more is recorded', async () => {
    const rig = await pushRig({ script: () => accepted });
    await rig.commit(eventSeries(50));
    const push = rig.start();
    await rig.clock.pass(50);
    const thief = { name: rig.lease.name, holder: 'other-machine/pid:[1]|1|1|thief' };
    expect(await acquireLease(rig.db, thief, rig.clock.now() + 60_000)).toBe(true);
    await expect(rig.clock.run(push.finish())).rejects.toBeInstanceOf(LeaseLost);
    await expect(push.ended).rejects.toBeInstanceOf(LeaseLost);
    expect(rig.gong.requests).toHaveLength(4);
    expect(rig.gong.inFlight).toBe(0);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 50, delivered: 0 });
    expect(await rig.db.selectFrom('attempt').selectAll().execute()).toEqual([]);
  });
});
