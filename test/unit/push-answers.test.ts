import { describe, expect, test } from 'vitest';
import { acquireLease, LeaseLost } from '../../src/db/leases.ts';
import { countByState, listAttempts } from '../../src/outbox/queries.ts';
import { RejectionStreak } from '../../src/push/rejection-streak.ts';
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

describe('what Gong answers, and what becomes of the event', () => {
  test('2xx: delivered, with both of Gong’s ids', async () => {
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

  test('409: duplicate, which is success', async () => {
    const rig = await pushRig({ script: () => duplicate });
    await rig.commit([newEvent('one')]);
    expect(await rig.drain()).toEqual({ ...NOTHING, duplicates: 1 });
    expect(await rig.event('one')).toMatchObject({ state: 'duplicate', lastStatus: 409 });
  });

  test('400: rejected with Gong’s reasons, and the others go on', async () => {
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

  test('401: stays pending without an attempt; pushing stops, with what a person has to do', async () => {
    const rig = await pushRig({ script: () => refused });
    await rig.commit(eventSeries(30));
    const report = await rig.drain();
    expect(report).toEqual({ ...NOTHING, stop: { kind: 'refused', answer: refused } });
    expect(rig.gong.requests.length).toBeLessThanOrEqual(4);
    expect(await rig.db.selectFrom('attempt').selectAll().execute()).toEqual([]);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 30 });
    expect(await rig.event('event-000000')).toMatchObject({ attempts: 0 });
  });

  test('401: what is in flight beside it still ends, and is written down', async () => {
    const rig = await pushRig({
      script: ({ eventId }) => (eventId === 'event-000001' ? refused : accepted),
      answerMs: ({ eventId }) => (eventId === 'event-000001' ? 10 : 25_000),
    });
    await rig.commit(eventSeries(30));
    expect(await rig.drain()).toMatchObject({ delivered: 3, stop: { kind: 'refused' } });
    expect(rig.gong.requests).toHaveLength(4);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 27, delivered: 3 });
  });

  test('429: stays pending, and goes when the wait is over', async () => {
    const rig = await pushRig({
      script: ({ tries }) => (tries === 1 ? throttled(7_000) : accepted),
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

  test('5xx: five tries with growing waits, then it stays pending for the next run', async () => {
    const rig = await pushRig({ script: () => unavailable, answerMs: () => 0 });
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

  test('5xx: the longest waits are 1, 2, 4 and 8 s', async () => {
    const rig = await pushRig({ script: () => unavailable, answerMs: () => 0 });
    await rig.commit([newEvent('one')]);
    const start = rig.clock.now();
    await rig.drain({ random: () => 1 - Number.EPSILON });
    const times = rig.gong.requests.map((request) => request.at - start);
    expect(times).toEqual([0, 1_000, 3_000, 7_000, 15_000]);
  });

  test('5xx: an event that comes through at a later try is delivered once', async () => {
    const rig = await pushRig({ script: ({ tries }) => (tries < 5 ? unavailable : accepted) });
    await rig.commit([newEvent('one')]);
    expect(await rig.drain()).toEqual({ ...NOTHING, delivered: 1 });
    expect(await rig.event('one')).toMatchObject({ state: 'delivered', attempts: 5, errors: [] });
  });

  test('an answer that was lost on its way: sent again, and a 409 ends it', async () => {
    const rig = await pushRig({ script: ({ tries }) => (tries === 1 ? unavailable : duplicate) });
    await rig.commit([newEvent('one')]);
    expect(await rig.drain()).toEqual({ ...NOTHING, duplicates: 1 });
    expect(new Set(rig.gong.requests.map((request) => request.body)).size).toBe(1);
  });

  test('an event that gave up is not tried again in the same run though the clock stands or goes back', async () => {
    const rig = await pushRig({ script: () => unavailable, answerMs: () => 0 });
    await rig.commit([newEvent('one')]);
    const runStartedAt = rig.clock.now() + 3_600_000;
    const report = await rig.drain({ random: () => 0, runStartedAt });
    expect(report).toMatchObject({ exhausted: 1 });
    expect(rig.gong.requests).toHaveLength(5);
  });
});

describe('20 rejections in a row that say the same', () => {
  const same = () => rejected('workspaceId is unknown');

  test('stop pushing; what is in flight ends, and the rest waits', async () => {
    const rig = await pushRig({
      script: same,
      answerMs: ({ eventId }) => (Number(eventId.slice(-6)) % 4) * 700 + 100,
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

  test('one fewer does not', async () => {
    const rig = await pushRig({ script: same });
    await rig.commit(eventSeries(19));
    expect(await rig.drain()).toEqual({ ...NOTHING, rejected: 19 });
  });

  test('different reasons, or one success between, do not', async () => {
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
  ] as const)('%s between them: still in a row is %s', ([kind, inRow]) => {
    const streak = new RejectionStreak(3);
    const rejection = { kind: 'rejected', errors: ['same'] } as const;
    expect(streak.reached(rejection)).toBe(false);
    expect(streak.reached(rejection)).toBe(false);
    expect(streak.reached({ kind, errors: [] })).toBe(false);
    expect(streak.reached(rejection)).toBe(inRow);
  });
});

describe('a lost lease', () => {
  test('ends pushing with LeaseLost, and nothing more is written', async () => {
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
