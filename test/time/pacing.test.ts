import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callsOfDay } from '../../src/db/calls.ts';
import { PACE_LIMITS } from '../../src/push/limits.ts';
import { createPacer, limitsOf, type Pacer, type PermitResult } from '../../src/push/pacer.ts';
import { startChild } from '../support/child.ts';
import { ON_SQLITE, testDatabase } from '../support/database.ts';
import { ACCOUNT, pacerOn, timesOf } from '../support/paced-calls.ts';
import { BEGIN, recordStatements } from '../support/statements.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { mostInWindow } from '../support/windows.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const { signal: never } = new AbortController();

describe('calls per second', () => {
  test('at 3 per second, 100 calls take at most 100 / 2.95 s, and no second has four', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const start = clock.now();
    const times = await timesOf(clock, { pacers: [pacerOn(db, clock)], calls: 100, rate: 3 });
    expect(Math.max(...times) - start).toBeLessThanOrEqual((100 / 2.95) * 1_000);
    expect(mostInWindow(times, 1_000)).toBe(3);
  });

  test('senders wait in a queue, and get the permits of a second in one transaction', async () => {
    const clock = new VirtualClock();
    // Before the file is opened, because cached statements are not recorded.
    const { executed } = recordStatements();
    const { db } = await testDatabase();
    await timesOf(clock, { pacers: [pacerOn(db, clock)], calls: 60, rate: 3 });
    const requests = executed.filter((text) => text === BEGIN).length;
    expect(requests).toBeGreaterThanOrEqual(60 / 3);
    // One for the permits, and one that finds out until when to wait for the next.
    expect(requests).toBeLessThanOrEqual(2 * (60 / 3) + 5);
  });

  test('two pacers of one account share one pace', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const pacers = [pacerOn(db, clock), pacerOn(db, clock)];
    const times = await timesOf(clock, { pacers, calls: 60, rate: 3 });
    expect(mostInWindow(times, 1_000)).toBe(3);
  });

  test('control: two pacers with separate databases send twice as fast', async () => {
    const clock = new VirtualClock();
    const pacers = [await testDatabase(), await testDatabase()].map(({ db }) => pacerOn(db, clock));
    const times = await timesOf(clock, { pacers, calls: 60, rate: 3 });
    expect(mostInWindow(times, 1_000)).toBe(6);
  });

  test('accounts do not wait for each other', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const other = createPacer({ db, account: 'other', clock });
    const times = await timesOf(clock, { pacers: [pacerOn(db, clock), other], calls: 6, rate: 3 });
    expect(new Set(times).size).toBe(1);
  });

  test.for([
    { rate: 0.1, calls: 1, windowMs: 10_000 },
    { rate: 0.3, calls: 1, windowMs: 3_334 },
    { rate: 1, calls: 1, windowMs: 1_000 },
    { rate: 2.5, calls: 2, windowMs: 1_000 },
    { rate: 3, calls: 3, windowMs: 1_000 },
    { rate: 1_000, calls: 1_000, windowMs: 1_000 },
  ])('$rate per second is $calls in $windowMs ms plus jitter', ({ rate, calls, windowMs }) => {
    const limits = limitsOf({ callsPerSecond: rate, callsPerDay: 7 });
    const burst = { calls, windowMs: windowMs + PACE_LIMITS.jitterMs };
    expect(limits).toEqual({ burst, callsPerDay: 7 });
  });

  test('0.1 per second is one call in ten seconds', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const start = clock.now();
    const times = await timesOf(clock, { pacers: [pacerOn(db, clock)], calls: 4, rate: 0.1 });
    const gapMs = 10_000 + PACE_LIMITS.jitterMs;
    expect(times.map((at) => at - start)).toEqual([0, gapMs, 2 * gapMs, 3 * gapMs]);
  });

  if (ON_SQLITE) {
    test('the time of a call is read after the wait for the database lock', async () => {
      const clock = new VirtualClock();
      const { db } = await testDatabase();
      const pacer = pacerOn(db, clock);
      const settings = { callsPerSecond: 3, callsPerDay: 9 };
      await pacer.acquire(settings, never);
      const busy = Promise.withResolvers<void>();
      const transaction = db.transaction().execute(() => busy.promise);
      const permit = pacer.acquire(settings, never);
      await clock.pass(4_000);
      busy.resolve();
      await Promise.all([transaction, permit]);
      const rows = await db.selectFrom('call').select('at').orderBy('at').execute();
      expect(rows).toEqual([{ at: clock.now() - 4_000 }, { at: clock.now() }]);
    });
  }

  test('processes that share an account and a database share one pace', async () => {
    const { db, setting } = await testDatabase();
    const children = [1, 2, 3].map(() =>
      startChild('take-calls.ts', { args: [setting, '25', '40'] }),
    );
    for (const child of children) expect(await child.line()).toBe('ready');
    for (const child of children) child.send('go');
    for (const child of children) expect(await child.line()).toBe('25');
    const rows = await db.selectFrom('call').select(['at', 'calls']).execute();
    const times = rows.flatMap(({ at, calls }) => Array<number>(calls).fill(at));
    expect(times).toHaveLength(75);
    expect(mostInWindow(times, 1_000)).toBe(40);
  });
});

/** Gaps between arrivals of senders: dense, sparse, and over days. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 5 * MINUTE }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 * HOUR }) },
);
const arrival = fc.record({
  gapMs: gap,
  pacer: fc.nat({ max: 2 }),
  senders: fc.integer({ min: 1, max: 6 }),
  responseMs: fc.constantFrom(0, 30, 200, 3_000, 30_000),
});

const pattern = fc.record({
  callsPerSecond: fc.constantFrom(0.1, 0.5, 1, 2.5, 3, 20),
  callsPerDay: fc.integer({ min: 1, max: 60 }),
  arrivals: fc.array(arrival, { minLength: 5, maxLength: 40 }),
});

interface Observation {
  readonly at: number;
  readonly permit: PermitResult;
}

/** Runs the pattern over three pacers: two share a connection, one has its own. */
async function observe(input: typeof pattern extends fc.Arbitrary<infer T> ? T : never) {
  const clock = new VirtualClock();
  const { db, open } = await testDatabase();
  const pacers = [pacerOn(db, clock), pacerOn(db, clock), pacerOn(open(), clock)];
  const seen: Observation[] = [];
  for (const { gapMs, pacer: index, senders, responseMs } of input.arrivals) {
    await clock.pass(gapMs);
    const pacer = pacers[index];
    const requests = Array.from({ length: senders }, async () => {
      const permit = await pacer?.acquire(input, never);
      if (!permit) return;
      seen.push({ at: clock.now(), permit });
      if (permit.kind === 'denied') return;
      permit.sent();
      await clock.sleep(responseMs);
      await permit.release();
    });
    await clock.run(Promise.all(requests));
  }
  return seen;
}

test('for any arrivals, calls use the limits fully without exceeding them', async () => {
  const property = fc.asyncProperty(pattern, async (input) => {
    const seen = await observe(input);
    const sent = seen.filter(({ permit }) => permit.kind === 'granted').map(({ at }) => at);
    const { callsPerSecond: rate, callsPerDay } = input;
    expect(mostInWindow(sent, DAY)).toBeLessThanOrEqual(callsPerDay);
    expect(mostInWindow(sent, 1_000 / Math.min(rate, 1))).toBeLessThanOrEqual(
      Math.max(1, Math.floor(rate)),
    );
    for (const { at, permit } of seen) {
      if (permit.kind === 'granted') continue;
      expect(permit.reason).toBe('day-used-up');
      // Because of folding and late arrivals, a call can count this much longer than a day.
      const toleranceMs = MINUTE + 250;
      const counted = sent.filter((one) => one <= at && one > at - DAY - toleranceMs);
      expect(counted.length).toBeGreaterThanOrEqual(callsPerDay);
      const freeAt = Math.min(...counted) + DAY;
      expect(permit.until).toBeGreaterThanOrEqual(freeAt);
      expect(permit.until).toBeLessThanOrEqual(Math.max(...counted) + DAY + toleranceMs);
    }
  });
  await fc.assert(property, { numRuns: 40 });
});

describe('calls per day', () => {
  const settings = { callsPerSecond: 3, callsPerDay: 30 };

  /** Acquires permits until one is denied. */
  async function acquireAll(clock: VirtualClock, pacer: Pacer) {
    for (let sent = 0; ; sent += 1) {
      const permit = await clock.run(pacer.acquire(settings, never));
      if (permit.kind === 'denied') return { sent, stop: permit };
    }
  }

  test('a denial after the last call names the time when the first one becomes free', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const start = clock.now();
    const { sent, stop } = await acquireAll(clock, pacerOn(db, clock));
    expect(sent).toBe(30);
    expect(stop).toEqual({ kind: 'denied', reason: 'day-used-up', until: start + DAY });
    expect(await callsOfDay(db, ACCOUNT, clock.now())).toBe(30);
    clock.advance(stop.until - clock.now() - 3 * MINUTE);
    const early = await acquireAll(clock, pacerOn(db, clock));
    expect(early).toMatchObject({ sent: 0, stop: { reason: 'day-used-up' } });
    clock.advance(early.stop.until - clock.now());
    expect(await clock.run(pacerOn(db, clock).acquire(settings, never))).toMatchObject({
      kind: 'granted',
    });
  });

  test('a run at the same hour every night has all calls of its day', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    const start = clock.now();
    const nights: number[] = [];
    for (let night = 0; night < 4; night += 1) {
      clock.advance(Math.max(0, start + night * DAY - clock.now()));
      nights.push((await acquireAll(clock, pacerOn(db, clock))).sent);
    }
    expect(nights).toEqual([30, 30, 30, 30]);
  });

  test('a lowered limit counts the calls sent before', async () => {
    const clock = new VirtualClock();
    const { db } = await testDatabase();
    await acquireAll(clock, pacerOn(db, clock));
    const lowered = { callsPerSecond: 3, callsPerDay: 10 };
    const permit = await clock.run(pacerOn(db, clock).acquire(lowered, never));
    expect(permit).toMatchObject({ kind: 'denied', reason: 'day-used-up' });
  });
});
