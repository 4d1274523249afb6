import type { KyselyPlugin } from 'kysely';
import { describe, expect, test } from 'vitest';
import { formatHolder, thisProcess } from '../../src/db/holder.ts';
import { acquireLease } from '../../src/db/leases.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { countByState } from '../../src/outbox/event-counts.ts';
import { PRIORITY } from '../../src/outbox/outbox-event.ts';
import { PACE_LIMITS } from '../../src/push/limits.ts';
import { createPacer } from '../../src/push/pacer.ts';
import { batchOf, eventSeries } from '../support/events.ts';
import { type PushRig, pushRig, UNPACED } from '../support/push-rig.ts';
import { accepted, ScriptedGong, throttled, unavailable } from '../support/scripted-gong.ts';
import { mostInWindow } from '../support/windows.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const timesOf = (gong: ScriptedGong) => gong.requests.map((request) => request.at);

/** The options of a second tenant with the same Gong account, as in another process. */
async function secondTenant(rig: PushRig) {
  const lease = { name: 'tenant other', holder: formatHolder(thisProcess()) };
  await acquireLease(rig.db, lease, rig.clock.now());
  const gong = new ScriptedGong(rig.clock, { script: () => accepted, responseMs: () => 100 });
  const pacer = createPacer({ db: rig.db, account: gong.account, clock: rig.clock });
  return { gong, changes: { tenant: 'other', lease, gong, pacer } };
}

/** A database that is slow, for `times` times, to read what is sent next: its server restarts. */
function slowToRead(rig: PushRig, { times, ms }: { readonly times: number; readonly ms: number }) {
  let left = times;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      const [row] = result.rows;
      if (row !== undefined && 'body' in row && 'holder' in row && left > 0) {
        left -= 1;
        await rig.clock.sleep(ms);
      }
      return result;
    },
  };
  return { db: rig.db.withPlugin(plugin), timesLeft: () => left };
}

describe('a permit that grew old while the database was slow', () => {
  const settings = { callsPerSecond: 3, callsPerDay: 1_000, concurrency: 4 };

  test('is not used: its slot has passed, and others have sent since', async () => {
    const rig = await pushRig({ script: () => accepted });
    const other = await secondTenant(rig);
    await rig.commit(eventSeries(12));
    await rig.commit(eventSeries(12), 'other');
    const slow = slowToRead(rig, { times: 3, ms: 2_000 });
    const reports = await rig.clock.run(
      Promise.all([
        rig.start({ settings, db: slow.db }).finish(),
        rig.start({ settings, ...other.changes }).finish(),
      ]),
    );
    expect(reports).toMatchObject([{ delivered: 12 }, { delivered: 12 }]);
    expect(slow.timesLeft()).toBe(0);
    const all = [...timesOf(rig.gong), ...timesOf(other.gong)];
    expect(mostInWindow(all, 1_000)).toBe(3);
    const counted = await rig.db
      .selectFrom('call')
      .select((row) => row.fn.sum('calls').as('calls'));
    expect(await counted.executeTakeFirst()).toEqual({ calls: 24 });
  });

  test('is used finally: a database that is always slow does not stop everything', async () => {
    const rig = await pushRig({ script: () => accepted });
    await rig.commit(eventSeries(2));
    const times = 50;
    const slow = slowToRead(rig, { times, ms: 2_000 });
    expect(await rig.drain({ settings, db: slow.db })).toMatchObject({ delivered: 2 });
    const readsPerEvent = PACE_LIMITS.lateInRowMax + 1;
    expect(times - slow.timesLeft()).toBe(2 * readsPerEvent);
  });
});

describe('a 429', () => {
  test('pauses every sender of the account, even those of another tenant', async () => {
    const rig = await pushRig({
      script: ({ eventId, attempt }) =>
        eventId === 'event-000020' && attempt === 1 ? throttled(5 * MINUTE) : accepted,
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

  test('with a Retry-After over ten minutes ends pushing, and pauses later runs', async () => {
    const rig = await pushRig({
      script: ({ attempt }) => (attempt === 1 ? throttled(30 * MINUTE) : accepted),
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

  test('without Retry-After causes exponential backoff', async () => {
    const rig = await pushRig({
      script: ({ attempt }) => (attempt <= 4 ? throttled() : accepted),
      responseMs: () => 0,
    });
    await rig.commit(eventSeries(1));
    const start = rig.clock.now();
    await rig.drain();
    expect(timesOf(rig.gong).map((at) => at - start)).toEqual([0, 500, 1_500, 3_500, 7_500]);
  });

  test('ends pushing after fifty in a row, so that every run ends', async () => {
    const rig = await pushRig({ script: () => throttled(0) });
    await rig.commit(eventSeries(100));
    const report = await rig.drain();
    expect(report.stop).toEqual({ kind: 'waiting', reason: 'throttled' });
    expect(rig.gong.requests.length).toBeGreaterThanOrEqual(50);
    expect(rig.gong.requests.length).toBeLessThan(50 + 4);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 100 });
  });

  test('does not end pushing if there are other responses in between', async () => {
    const rig = await pushRig({
      script: ({ attempt }) => (attempt === 1 ? throttled(0) : accepted),
    });
    await rig.commit(eventSeries(80));
    const report = await rig.drain({ settings: { ...UNPACED, concurrency: 1 } });
    expect(report).toEqual({ delivered: 80, duplicates: 0, rejected: 0, exhausted: 0 });
    expect(rig.gong.requests).toHaveLength(160);
  });

  test('does not count as an attempt of the event', async () => {
    const rig = await pushRig({
      script: ({ attempt }) => (attempt <= 8 ? throttled(1_000) : accepted),
    });
    await rig.commit(eventSeries(1));
    expect(await rig.drain()).toMatchObject({ delivered: 1, exhausted: 0 });
  });
});

describe('the calls per day', () => {
  const settings = { callsPerSecond: 3, callsPerDay: 30, concurrency: 4 };

  test('once used up, leave the rest pending, which is not a failure', async () => {
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

  test('count retries and all tenants of the account', async () => {
    const rig = await pushRig({ script: ({ attempt }) => (attempt < 3 ? unavailable : accepted) });
    const other = await secondTenant(rig);
    await rig.commit(eventSeries(6));
    await rig.commit(eventSeries(50), 'other');
    expect(await rig.drain({ settings })).toMatchObject({ delivered: 6 });
    expect(await rig.drain({ settings, ...other.changes })).toMatchObject({ delivered: 12 });
    expect(rig.gong.requests).toHaveLength(18);
  });
});

test('onCall is called for every request, including repeated ones', async () => {
  const rig = await pushRig({ script: ({ attempt }) => (attempt < 2 ? unavailable : accepted) });
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

describe('backfilled events', () => {
  const settings = { callsPerSecond: 100, callsPerDay: 10, concurrency: 4 };
  const backfilled = (count: number) => eventSeries(count, 'backfilled');

  test('leave the calls that are reserved for fresh ones, which are still sent', async () => {
    const rig = await pushRig({ script: () => accepted });
    const { db, lease } = rig;
    await commitBatch(db, lease, batchOf(backfilled(8), { priority: PRIORITY.backfill }));
    const push = rig.start({ settings, callsForFresh: 4 });
    await rig.clock.pass(MINUTE);
    expect(rig.gong.requests).toHaveLength(6);
    // Fresh events committed after the backfill has used its part of the day are sent.
    await rig.commit(eventSeries(3));
    push.wake();
    const report = await rig.clock.run(push.finish());
    expect(report).toMatchObject({ delivered: 9 });
    const sent = rig.gong.requests.map(({ eventId }) => eventId.startsWith('backfilled-'));
    expect(sent).toEqual([...Array(6).fill(true), ...Array(3).fill(false)]);
    expect(await countByState(db, 'acme')).toMatchObject({ pending: 2, delivered: 9 });
  });

  test('stop at backfillUntil, while fresh ones are still sent', async () => {
    const rig = await pushRig({ script: () => accepted });
    const { db, lease } = rig;
    await commitBatch(db, lease, batchOf(backfilled(20), { priority: PRIORITY.backfill }));
    const slow = { callsPerSecond: 1, callsPerDay: 1_000, concurrency: 4 };
    const backfillUntil = rig.clock.now() + 5_500;
    // Events that are in the pacer's queue by then, one per slot, are still sent.
    const queuedMs = slow.concurrency * 1_100;
    const push = rig.start({ settings: slow, backfillUntil });
    await rig.clock.pass(MINUTE);
    const backfilledSent = rig.gong.requests.length;
    expect(backfilledSent).toBeGreaterThan(3);
    expect(timesOf(rig.gong).filter((at) => at > backfillUntil + queuedMs)).toEqual([]);
    await rig.commit(eventSeries(3));
    push.wake();
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: backfilledSent + 3 });
    expect(await countByState(db, 'acme')).toMatchObject({ pending: 20 - backfilledSent });
  });

  test('wait for a sync to commit its fresh events, also with few calls left', async () => {
    const rig = await pushRig({ script: () => accepted });
    const { db, lease } = rig;
    await commitBatch(db, lease, batchOf(backfilled(12), { priority: PRIORITY.backfill }));
    const push = rig.start({ settings, isBackfillLast: true });
    await rig.clock.pass(MINUTE);
    expect(rig.gong.requests).toEqual([]);
    await rig.commit(eventSeries(6));
    push.wake();
    await rig.clock.pass(MINUTE);
    expect(rig.gong.requests).toHaveLength(6);
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: 10 });
    const sent = rig.gong.requests.map(({ eventId }) => eventId.startsWith('backfilled-'));
    expect(sent).toEqual([...Array(6).fill(false), ...Array(4).fill(true)]);
  });

  test('control: use all calls of the day if none are reserved', async () => {
    const rig = await pushRig({ script: () => accepted });
    const batch = batchOf(backfilled(12), { priority: PRIORITY.backfill });
    await commitBatch(rig.db, rig.lease, batch);
    expect(await rig.drain({ settings })).toMatchObject({ delivered: 10 });
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 2 });
  });
});
