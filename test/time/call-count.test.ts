import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callsOfDay, foldCalls, moveCall, takeCall } from '../../src/db/calls.ts';
import type { Database } from '../../src/db/schema.ts';
import { ArrivalEstimate } from '../../src/push/arrival.ts';
import { PACE_LIMITS } from '../../src/push/limits.ts';
import { limitsOf } from '../../src/push/pacer.ts';
import { testDatabase } from '../support/database.ts';
import { ACCOUNT, ENOUGH, pacerOn, timesOf } from '../support/paced-calls.ts';
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

describe('folding', () => {
  const limits = limitsOf({ callsPerSecond: 1_000, callsPerDay: ENOUGH });
  const step = fc.record({
    gapMs: fc.oneof(gap, fc.integer({ min: 0, max: 3 * HOUR })),
    fold: fc.boolean(),
  });

  test('never forgets a call of the last 24 hours, and counts none more than a minute too long', async () => {
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

  test('keeps a row a minute for a day, however many calls and however long', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    let rows = 0;
    const pacer = pacerOn(db, clock);
    for (let call = 0; call < 2_000; call += 1) {
      clock.advance(MINUTE);
      await pacer.take({ callsPerSecond: 3, callsPerDay: ENOUGH }, never);
      if (call % 199 === 0) rows = (await db.selectFrom('call').selectAll().execute()).length;
    }
    expect(rows).toBeLessThanOrEqual(1_440 + 4);
  });

  test('happens in short runs too: each night of a month leaves one day of rows', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    for (let night = 0; night < 30; night += 1) {
      clock.advance(DAY);
      await timesOf(clock, { pacers: [pacerOn(db, clock)], calls: 9, rate: 3 });
    }
    expect((await db.selectFrom('call').selectAll().execute()).length).toBeLessThanOrEqual(10);
  });
});

describe('a call that arrived later than it was taken', () => {
  const limits = limitsOf({ callsPerSecond: 3, callsPerDay: 10 });
  const rows = (db: Database) =>
    db.selectFrom('call').select(['at', 'calls']).orderBy('at').execute();

  test('is moved there, alone, and counts once', async () => {
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

  test('stays where it is once it was folded', async () => {
    const { db } = await testDatabase();
    await takeCall(db, { account: ACCOUNT, now: () => 1_000, limits });
    await foldCalls(db, ACCOUNT, 5 * MINUTE);
    await moveCall(db, { account: ACCOUNT, from: 1_000, to: 1_200 });
    expect(await rows(db)).toEqual([{ at: MINUTE - 1, calls: 1 }]);
  });

  test('makes the next one wait for it', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const pacer = pacerOn(db, clock);
    const settings = { callsPerSecond: 1, callsPerDay: 10 };
    const start = clock.now();
    const turn = await clock.run(pacer.take(settings, never));
    if (turn.kind === 'stop') throw new Error('stopped');
    await clock.pass(100);
    turn.sent();
    await clock.pass(150);
    await turn.over();
    await clock.run(pacer.take(settings, never));
    expect(clock.now() - start).toBe(100 + 150 + 1_000 + PACE_LIMITS.jitterMs);
  });

  test('is judged by how long answers usually take, within limits', () => {
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

describe('a pause that Gong asks for', () => {
  const settings = { callsPerSecond: 3, callsPerDay: ENOUGH };

  test('holds every pacer of the account, also one that waits already', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const [one, other] = [pacerOn(db, clock), pacerOn(db, clock)];
    const start = clock.now();
    await timesOf(clock, { pacers: [one], calls: 3, rate: 3 });
    const waiting = other.take(settings, never).then(() => clock.now());
    await clock.pass(500);
    await one.pause(5 * MINUTE);
    expect(await clock.run(waiting)).toBe(start + 500 + 5 * MINUTE);
  });

  test('of ten minutes is waited for; of a moment longer ends it, in later runs too', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    await pacerOn(db, clock).pause(10 * MINUTE);
    const start = clock.now();
    expect(await clock.run(pacerOn(db, clock).take(settings, never))).toMatchObject({ kind: 'go' });
    expect(clock.now() - start).toBe(10 * MINUTE);
    await pacerOn(db, clock).pause(10 * MINUTE + 1);
    const until = clock.now() + 10 * MINUTE + 1;
    const stop = { kind: 'stop', reason: 'paused', until };
    expect(await clock.run(pacerOn(db, clock).take(settings, never))).toEqual(stop);
    clock.advance(10 * MINUTE + 1);
    expect(await clock.run(pacerOn(db, clock).take(settings, never))).toMatchObject({ kind: 'go' });
  });

  test('is never shortened by a later, shorter one', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const pacer = pacerOn(db, clock);
    const start = clock.now();
    await pacer.pause(5 * MINUTE);
    await pacer.pause(1_000);
    await clock.run(pacer.take(settings, never));
    expect(clock.now() - start).toBe(5 * MINUTE);
  });
});

describe('a sender that is told to stop', () => {
  test('leaves its wait at once, with the reason that was given', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const pacer = pacerOn(db, clock);
    await pacer.pause(5 * MINUTE);
    const stop = new AbortController();
    const waiting = pacer.take({ callsPerSecond: 3, callsPerDay: 9 }, stop.signal);
    await clock.pass(1_000);
    const reason = new Error('asked to stop');
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(clock.sleepers).toBe(0);
    expect(await callsOfDay(db, ACCOUNT, clock.now())).toBe(0);
  });

  test('leaves also where another run of the account waits in front of it', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const pacer = pacerOn(db, clock);
    await pacer.pause(5 * MINUTE);
    const settings = { callsPerSecond: 3, callsPerDay: 9 };
    const inFront = pacer.take(settings, never);
    const stop = new AbortController();
    const behind = pacer.take(settings, stop.signal);
    await clock.pass(1_000);
    stop.abort(new Error('asked to stop'));
    await expect(behind).rejects.toThrow('asked to stop');
    const told = AbortSignal.abort(new Error('stopped before'));
    await expect(pacer.take(settings, told)).rejects.toThrow('stopped before');
    expect(await clock.run(inFront)).toMatchObject({ kind: 'go' });
    expect(await callsOfDay(db, ACCOUNT, clock.now())).toBe(1);
  });
});
