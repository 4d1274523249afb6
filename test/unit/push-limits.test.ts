import { describe, expect, test } from 'vitest';
import { formatHolder, thisProcess } from '../../src/db/holder.ts';
import { acquireLease } from '../../src/db/leases.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { PRIORITY } from '../../src/outbox/event-types.ts';
import { countByState } from '../../src/outbox/queries.ts';
import { createPacer } from '../../src/push/pacer.ts';
import { batchOf, eventSeries } from '../support/events.ts';
import { type PushRig, pushRig, UNPACED } from '../support/push-rig.ts';
import { accepted, ScriptedGong, throttled, unavailable } from '../support/scripted-gong.ts';
import { mostInWindow } from '../support/windows.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const timesOf = (gong: ScriptedGong) => gong.requests.map((request) => request.at);

/** What a second tenant of the same Gong account pushes with, as if in a process of its own. */
async function secondTenant(rig: PushRig) {
  const lease = { name: 'tenant other', holder: formatHolder(thisProcess()) };
  await acquireLease(rig.db, lease, rig.clock.now());
  const gong = new ScriptedGong(rig.clock, { script: () => accepted, answerMs: () => 100 });
  const pacer = createPacer({ db: rig.db, account: gong.account, clock: rig.clock });
  return { gong, changes: { tenant: 'other', lease, gong, pacer } };
}

describe('a 429', () => {
  test('makes every sender of the account wait, also those of another tenant', async () => {
    const rig = await pushRig({
      script: ({ eventId, tries }) =>
        eventId === 'event-000020' && tries === 1 ? throttled(5 * MINUTE) : accepted,
    });
    const other = await secondTenant(rig);
    await rig.commit(eventSeries(60));
    await rig.commit(eventSeries(60), 'other');
    const settings = { callsPerSecond: 10, callsPerDay: 1_000, concurrency: 4 };
    const reports = await rig.clock.run(
      Promise.all([
        rig.start({ settings }).finish(),
        rig.start({ settings, ...other.changes }).finish(),
      ]),
    );
    expect(reports).toMatchObject([{ delivered: 60 }, { delivered: 60 }]);
    const throttledAt =
      100 +
      Math.min(...rig.gong.requests.filter((r) => r.eventId === 'event-000020').map((r) => r.at));
    const all = [...timesOf(rig.gong), ...timesOf(other.gong)];
    expect(all.filter((at) => at < throttledAt).length).toBeGreaterThan(20);
    expect(all.filter((at) => at > throttledAt && at < throttledAt + 5 * MINUTE)).toEqual([]);
    expect(timesOf(other.gong).filter((at) => at > throttledAt).length).toBeGreaterThan(20);
    expect(mostInWindow(all, 1_000)).toBe(10);
  });

  test('of more than ten minutes ends pushing as a wait, and binds later runs until it is over', async () => {
    const rig = await pushRig({
      script: ({ tries }) => (tries === 1 ? throttled(30 * MINUTE) : accepted),
    });
    await rig.commit(eventSeries(1));
    const report = await rig.drain();
    const until = (rig.gong.requests[0]?.at ?? 0) + 100 + 30 * MINUTE;
    const waiting = { stop: { kind: 'waiting', reason: 'paused', until } };
    expect(report).toEqual({ delivered: 0, duplicates: 0, rejected: 0, exhausted: 0, ...waiting });
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 1, rejected: 0 });
    const later = () => createPacer({ db: rig.db, account: rig.gong.account, clock: rig.clock });
    rig.clock.advance(15 * MINUTE);
    expect(await rig.drain({ pacer: later() })).toMatchObject(waiting);
    expect(rig.gong.requests).toHaveLength(1);
    rig.clock.advance(15 * MINUTE);
    expect(await rig.drain({ pacer: later() })).toMatchObject({ delivered: 1 });
  });

  test('without a wait: each further one in a row waits longer', async () => {
    const rig = await pushRig({
      script: ({ tries }) => (tries <= 4 ? throttled() : accepted),
      answerMs: () => 0,
    });
    await rig.commit(eventSeries(1));
    const start = rig.clock.now();
    await rig.drain();
    expect(timesOf(rig.gong).map((at) => at - start)).toEqual([0, 500, 1_500, 3_500, 7_500]);
  });

  test('fifty in a row end pushing as a wait: no run goes on for ever', async () => {
    const rig = await pushRig({ script: () => throttled(0) });
    await rig.commit(eventSeries(100));
    const report = await rig.drain();
    expect(report.stop).toEqual({ kind: 'waiting', reason: 'throttled' });
    expect(rig.gong.requests.length).toBeGreaterThanOrEqual(50);
    expect(rig.gong.requests.length).toBeLessThan(50 + 4);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 100 });
  });

  test('with other answers between them is no such row', async () => {
    const rig = await pushRig({ script: ({ tries }) => (tries === 1 ? throttled(0) : accepted) });
    await rig.commit(eventSeries(80));
    const report = await rig.drain({ settings: { ...UNPACED, concurrency: 1 } });
    expect(report).toEqual({ delivered: 80, duplicates: 0, rejected: 0, exhausted: 0 });
    expect(rig.gong.requests).toHaveLength(160);
  });

  test('does not use up the tries of an event', async () => {
    const rig = await pushRig({
      script: ({ tries }) => (tries <= 8 ? throttled(1_000) : accepted),
    });
    await rig.commit(eventSeries(1));
    expect(await rig.drain()).toMatchObject({ delivered: 1, exhausted: 0 });
  });
});

describe('the calls of a day', () => {
  const settings = { callsPerSecond: 3, callsPerDay: 30, concurrency: 4 };

  test('once they are used up the rest waits, and it is no failure', async () => {
    const rig = await pushRig({ script: () => accepted });
    const start = rig.clock.now();
    await rig.commit(eventSeries(50));
    const report = await rig.drain({ settings });
    const stop = { kind: 'waiting', reason: 'day-used-up', until: expect.any(Number) };
    expect(report).toMatchObject({ delivered: 30, rejected: 0, exhausted: 0, stop });
    expect(report.stop).toHaveProperty('until', start + DAY + 100);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ delivered: 30, pending: 20 });
    rig.clock.advance(DAY - (rig.clock.now() - start));
    expect(await rig.drain({ settings })).toMatchObject({ delivered: 20 });
    expect(mostInWindow(timesOf(rig.gong), DAY)).toBe(30);
  });

  test('count retries and both tenants of the account', async () => {
    const rig = await pushRig({ script: ({ tries }) => (tries < 3 ? unavailable : accepted) });
    const other = await secondTenant(rig);
    await rig.commit(eventSeries(6));
    await rig.commit(eventSeries(50), 'other');
    expect(await rig.drain({ settings })).toMatchObject({ delivered: 6 });
    expect(await rig.drain({ settings, ...other.changes })).toMatchObject({ delivered: 12 });
    expect(rig.gong.requests).toHaveLength(18);
  });
});

test('every request is announced before it is sent, the repeated ones too', async () => {
  const rig = await pushRig({ script: ({ tries }) => (tries < 2 ? unavailable : accepted) });
  await rig.commit(eventSeries(7));
  let settled = 0;
  await rig.drain({
    settings: { ...UNPACED, concurrency: 2 },
    onSettled: ({ delivered }) => {
      settled = delivered;
    },
  });
  expect(rig.calls()).toBe(14);
  expect(rig.gong.requests).toHaveLength(14);
  expect(settled).toBe(7);
});

describe('history', () => {
  const settings = { callsPerSecond: 100, callsPerDay: 10, concurrency: 4 };
  const history = (count: number) => eventSeries(count, 'history');

  test('leaves the calls that are kept for fresh shares, which go out all the same', async () => {
    const rig = await pushRig({ script: () => accepted });
    const { db, lease } = rig;
    await commitBatch(db, lease, batchOf(history(8), { priority: PRIORITY.backfill }));
    const push = rig.start({ settings, callsForFresh: 4 });
    await rig.clock.pass(MINUTE);
    expect(rig.gong.requests).toHaveLength(6);
    // What is read after history has used its part of the day is fresh, and goes.
    await rig.commit(eventSeries(3));
    push.wake();
    const report = await rig.clock.run(push.finish());
    expect(report).toMatchObject({ delivered: 9 });
    const sent = rig.gong.requests.map(({ eventId }) => eventId.startsWith('history-'));
    expect(sent).toEqual([...Array(6).fill(true), ...Array(3).fill(false)]);
    expect(await countByState(db, 'acme')).toMatchObject({ pending: 2, delivered: 9 });
  });

  test('ends in time, as far as it got, and fresh shares go out all the same', async () => {
    const rig = await pushRig({ script: () => accepted });
    const { db, lease } = rig;
    await commitBatch(db, lease, batchOf(history(20), { priority: PRIORITY.backfill }));
    const slow = { callsPerSecond: 1, callsPerDay: 1_000, concurrency: 4 };
    const historyUntil = rig.clock.now() + 5_500;
    // Those that stand in the pacer's line by then, one for each place, still go.
    const inLineMs = slow.concurrency * 1_100;
    const push = rig.start({ settings: slow, historyUntil });
    await rig.clock.pass(MINUTE);
    const sentOfHistory = rig.gong.requests.length;
    expect(sentOfHistory).toBeGreaterThan(3);
    expect(timesOf(rig.gong).filter((at) => at > historyUntil + inLineMs)).toEqual([]);
    await rig.commit(eventSeries(3));
    push.wake();
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: sentOfHistory + 3 });
    expect(await countByState(db, 'acme')).toMatchObject({ pending: 20 - sentOfHistory });
  });

  test('control: where nothing is kept it uses the whole day', async () => {
    const rig = await pushRig({ script: () => accepted });
    const batch = batchOf(history(12), { priority: PRIORITY.backfill });
    await commitBatch(rig.db, rig.lease, batch);
    expect(await rig.drain({ settings })).toMatchObject({ delivered: 10 });
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 2 });
  });
});
