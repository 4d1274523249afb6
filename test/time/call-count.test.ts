import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callsOfDay } from '../../src/db/calls.ts';
import { foldCalls } from '../../src/db/fold-calls.ts';
import { pauseAccount } from '../../src/db/pauses.ts';
import type { Database } from '../../src/db/schema.ts';
import { ArrivalEstimate } from '../../src/push/arrival-estimate.ts';
import { PACE_LIMITS } from '../../src/push/limits.ts';
import { limitsOf } from '../../src/push/pacer.ts';
import { testDatabase } from '../support/database.ts';
import { ACCOUNT, ENOUGH, moveCall, pacerOn, takeCall, timesOf } from '../support/paced-calls.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const { signal: never } = new AbortController();

/** Gaps between calls: dense, sparse, and over days. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 5 * MINUTE }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 * HOUR }) },
);

describe('folding calls', () => {
  const limits = limitsOf({ callsPerSecond: 1_000, callsPerDay: ENOUGH });
  const step = fc.record({
    gapMs: fc.oneof(gap, fc.integer({ min: 0, max: 3 * HOUR })),
    fold: fc.boolean(),
  });

  test('keeps every call of the last 24 hours, and none more than a minute longer', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60 }),
      async (steps) => {
        const { db } = await testDatabase();
        const sent: number[] = [];
        let now = 1_000_000_000_000;
        for (const { gapMs, fold } of steps) {
          now += gapMs;
          if (fold) await foldCalls(db, ACCOUNT, now);
          await takeCall(db, { account: ACCOUNT, now: () => now, limits });
          sent.push(now);
          const within = (ms: number) => sent.filter((at) => at > now - ms).length;
          const counted = await callsOfDay(db, ACCOUNT, now);
          expect(counted).toBeGreaterThanOrEqual(within(DAY));
          expect(counted).toBeLessThanOrEqual(within(DAY + MINUTE));
        }
      },
    );
    await fc.assert(property, { numRuns: 20 });
  });

  test('keeps at most one row per minute of a day, however many calls there are', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    let rows = 0;
    const pacer = pacerOn(db, clock);
    for (let call = 0; call < 2_000; call += 1) {
      clock.advance(MINUTE);
      await pacer.acquire({ callsPerSecond: 3, callsPerDay: ENOUGH }, never);
      if (call % 199 === 0) rows = (await db.selectFrom('call').selectAll().execute()).length;
    }
    expect(rows).toBeLessThanOrEqual(1_440 + 4);
  });

  test('happens even in short runs, so that a month of nights leaves one day of rows', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    for (let night = 0; night < 30; night += 1) {
      clock.advance(DAY);
      await timesOf(clock, { pacers: [pacerOn(db, clock)], calls: 9, rate: 3 });
    }
    expect((await db.selectFrom('call').selectAll().execute()).length).toBeLessThanOrEqual(10);
  });
});

describe('a call that arrived later than it was counted', () => {
  const limits = limitsOf({ callsPerSecond: 3, callsPerDay: 10 });
  const rows = (db: Database) =>
    db.selectFrom('call').select(['at', 'calls']).orderBy('at').execute();

  test('is moved to its arrival without other calls, and counts once', async () => {
    const { db } = await testDatabase();
    for (let call = 0; call < 3; call += 1) {
      await takeCall(db, { account: ACCOUNT, now: () => 1_000, limits });
    }
    await moveCall(db, { account: ACCOUNT, from: 1_000, to: 1_200 });
    expect(await rows(db)).toEqual([
      { at: 1_000, calls: 2 },
      { at: 1_200, calls: 1 },
    ]);
    await moveCall(db, { account: ACCOUNT, from: 1_000, to: 1_200 });
    await moveCall(db, { account: ACCOUNT, from: 1_000, to: 1_300 });
    expect(await rows(db)).toEqual([
      { at: 1_200, calls: 2 },
      { at: 1_300, calls: 1 },
    ]);
  });

  test('is not moved once it was folded', async () => {
    const { db } = await testDatabase();
    await takeCall(db, { account: ACCOUNT, now: () => 1_000, limits });
    await foldCalls(db, ACCOUNT, 5 * MINUTE);
    await moveCall(db, { account: ACCOUNT, from: 1_000, to: 1_200 });
    expect(await rows(db)).toEqual([{ at: MINUTE - 1, calls: 1 }]);
  });

  test('delays the next call', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const pacer = pacerOn(db, clock);
    const settings = { callsPerSecond: 1, callsPerDay: 10 };
    const start = clock.now();
    const permit = await clock.run(pacer.acquire(settings, never));
    if (permit.kind === 'denied') throw new Error('denied');
    await clock.pass(100);
    permit.sent();
    await clock.pass(150);
    await permit.release();
    await clock.run(pacer.acquire(settings, never));
    expect(clock.now() - start).toBe(100 + 150 + 1_000 + PACE_LIMITS.jitterMs);
  });

  test('is estimated from the usual latency, within limits', () => {
    const arrival = new ArrivalEstimate();
    const lateness = (tookMs: number) => arrival.estimate(5_000, 5_000 + tookMs) - 5_000;
    expect([80, 80, 80].map(lateness)).toEqual([80, 80, 80]);
    for (let call = 0; call < 40; call += 1) lateness(80);
    expect([80, 60, 130, 5_000].map(lateness)).toEqual([0, 0, 50, 250]);
    for (let call = 0; call < 40; call += 1) lateness(200);
    expect([200, 230].map(lateness)).toEqual([0, 30]);
    expect(arrival.estimate(5_000, 4_000)).toBe(5_000);
  });
});

describe('a pause', () => {
  const settings = { callsPerSecond: 3, callsPerDay: ENOUGH };

  test('applies to every pacer of the account, even one that is already waiting', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const [one, other] = [pacerOn(db, clock), pacerOn(db, clock)];
    const start = clock.now();
    await timesOf(clock, { pacers: [one], calls: 3, rate: 3 });
    const waiting = other.acquire(settings, never).then(() => clock.now());
    await clock.pass(500);
    await one.pause(5 * MINUTE);
    expect(await clock.run(waiting)).toBe(start + 500 + 5 * MINUTE);
  });

  test('of ten minutes delays permits; a longer one denies them, in later runs too', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    await pacerOn(db, clock).pause(10 * MINUTE);
    const start = clock.now();
    expect(await clock.run(pacerOn(db, clock).acquire(settings, never))).toMatchObject({
      kind: 'granted',
    });
    expect(clock.now() - start).toBe(10 * MINUTE);
    await pacerOn(db, clock).pause(10 * MINUTE + 1);
    const until = clock.now() + 10 * MINUTE + 1;
    const denied = { kind: 'denied', reason: 'paused', until };
    expect(await clock.run(pacerOn(db, clock).acquire(settings, never))).toEqual(denied);
    clock.advance(10 * MINUTE + 1);
    expect(await clock.run(pacerOn(db, clock).acquire(settings, never))).toMatchObject({
      kind: 'granted',
    });
  });

  test('is void if a clock that was ahead, or an earlier version, made it longer than a day', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    await pauseAccount(db, ACCOUNT, clock.now() + 30 * 24 * 60 * MINUTE);
    const pacer = pacerOn(db, clock);
    expect(await clock.run(pacer.acquire(settings, never))).toMatchObject({ kind: 'granted' });
    await pacer.pause(86_400_000_000);
    const until = clock.now() + 24 * 60 * MINUTE;
    const denied = { kind: 'denied', reason: 'paused', until };
    expect(await clock.run(pacer.acquire(settings, never))).toEqual(denied);
  });

  test('is never shortened by a later, shorter pause', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const pacer = pacerOn(db, clock);
    const start = clock.now();
    await pacer.pause(5 * MINUTE);
    await pacer.pause(1_000);
    await clock.run(pacer.acquire(settings, never));
    expect(clock.now() - start).toBe(5 * MINUTE);
  });
});

describe('a sender with an aborted signal', () => {
  test('stops waiting at once, with the reason of the signal', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const pacer = pacerOn(db, clock);
    await pacer.pause(5 * MINUTE);
    const stop = new AbortController();
    const waiting = pacer.acquire({ callsPerSecond: 3, callsPerDay: 9 }, stop.signal);
    await clock.pass(1_000);
    const reason = new Error('stop requested');
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(clock.sleepers).toBe(0);
    expect(await callsOfDay(db, ACCOUNT, clock.now())).toBe(0);
  });

  test('stops waiting even if another run of the account is ahead in the queue', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const pacer = pacerOn(db, clock);
    await pacer.pause(5 * MINUTE);
    const settings = { callsPerSecond: 3, callsPerDay: 9 };
    const ahead = pacer.acquire(settings, never);
    const stop = new AbortController();
    const behind = pacer.acquire(settings, stop.signal);
    await clock.pass(1_000);
    stop.abort(new Error('stop requested'));
    await expect(behind).rejects.toThrow('stop requested');
    const aborted = AbortSignal.abort(new Error('stopped before'));
    await expect(pacer.acquire(settings, aborted)).rejects.toThrow('stopped before');
    expect(await clock.run(ahead)).toMatchObject({ kind: 'granted' });
    expect(await callsOfDay(db, ACCOUNT, clock.now())).toBe(1);
  });
});
