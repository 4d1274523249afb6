import { expect, onTestFinished, test } from 'vitest';
import { takeCalls } from '../../src/db/calls.ts';
import type { Correction } from '../../src/db/correct-calls.ts';
import { databaseTime } from '../../src/db/database-time.ts';
import { ShiftedClock, systemClock } from '../../src/lib/clock.ts';
import { ArrivalEstimate } from '../../src/push/arrival-estimate.ts';
import { PACE_LIMITS } from '../../src/push/limits.ts';
import { createPacer, limitsOf } from '../../src/push/pacer.ts';
import { createGong } from '../../src/sandbox/gong/index.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { startChild } from '../support/child.ts';
import { testDatabase } from '../support/database.ts';
import { GONG_KEY } from '../support/gong-sandbox.ts';

const MINUTE_MS = 60_000;
const CALLS = 15;

/**
 * Of 60. A busy machine can delay a call between two processes, or the receiver, by more than any
 * margin. Without a common clock, each machine has a pace of its own, and three of four are refused.
 */
const REFUSED_MAX = 6;

test('machines with wrong clocks share the pace of one Gong account', async () => {
  const { db, setting } = await testDatabase();
  const clock = new ShiftedClock();
  // The receiver refuses a fourth call in any second.
  const limits = { callsPerSecond: 3, callsPerDay: 10_000 };
  const { vendor } = createGong({ clock, keys: [GONG_KEY], limits });
  const server = await startSandbox({ vendors: { gong: vendor }, clock });
  onTestFinished(() => server.stop());
  const clocks = [0, 3 * MINUTE_MS, -3 * MINUTE_MS, 20 * MINUTE_MS];
  const children = clocks.map((aheadMs) =>
    startChild('send-paced.ts', {
      args: [setting, server.origins.gong, `${CALLS}`, `${aheadMs}`, '3'],
    }),
  );
  for (const child of children) expect(await child.line()).toBe('ready');
  const startedAt = clock.now();
  for (const child of children) child.send('go');
  const refused = await Promise.all(children.map((child) => child.line()));
  expect(refused.map(Number).reduce((sum, each) => sum + each)).toBeLessThanOrEqual(REFUSED_MAX);
  const rows = await db.selectFrom('call').select(['at', 'calls']).execute();
  // By the server's clock, not by one of a machine.
  for (const { at } of rows) {
    expect(at).toBeGreaterThanOrEqual(startedAt);
    expect(at).toBeLessThan(clock.now() + MINUTE_MS);
  }
  expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(clocks.length * CALLS);
});

test('a call of one machine takes its slot until it has certainly arrived', async () => {
  const { db } = await testDatabase();
  const limits = { burst: { calls: 1, windowMs: 1_000 }, callsPerDay: 100 };
  const request = { account: 'account', limits, requested: 1, arrivalMarginMs: 250 };
  const take = (now: number, corrections: readonly Correction[] = []) =>
    takeCalls(db, { ...request, now: () => now, corrections });
  const start = clockStart();
  expect(await take(start)).toEqual({ kind: 'go', at: start + 250, calls: 1 });
  expect(await take(start + 1_000)).toEqual({ kind: 'wait', until: start + 1_250 });
  // Its response has come.
  const arrived = [{ from: start + 250, to: start + 20 }];
  expect(await take(start + 1_020, arrived)).toMatchObject({ kind: 'go', at: start + 1_270 });
});

test('a call without a response counts as one that arrives last', async () => {
  const { db } = await testDatabase();
  const pacer = createPacer({ db, account: 'account', clock: systemClock });
  const before = await databaseTime(db, systemClock);
  const settings = { callsPerSecond: 3, callsPerDay: 100 };
  const permit = await pacer.acquire(settings, new AbortController().signal);
  if (permit.kind === 'denied') throw new Error(permit.reason);
  permit.sent();
  const { at } = await db.selectFrom('call').select('at').executeTakeFirstOrThrow();
  expect(at).toBeGreaterThanOrEqual(before + PACE_LIMITS.sharedArrivalMsMax);
});

test('with several machines, the arrival is estimated from the fastest call', () => {
  const estimate = warmEstimate();
  expect(estimate.estimateShared(1_000, 1_020)).toBe(1_010);
  expect(estimate.estimateShared(2_000, 2_400)).toBe(2_390);
  expect(estimate.estimateShared(3_000, 33_000)).toBe(4_000);
});

test('the first calls of a machine do not let others send too early, wherever they were delayed', () => {
  const estimate = new ArrivalEstimate();
  const { windowMs } = limitsOf({ callsPerSecond: 3, callsPerDay: 100 }).burst;
  for (const tookMs of [100, 80, 80, 60, 4, 2]) {
    // Connected slowly, the call arrives right before its response is sent.
    const arrivedAt = tookMs - 1;
    const nextAt = estimate.estimateShared(0, tookMs) + windowMs;
    expect(nextAt - arrivedAt).toBeGreaterThanOrEqual(PACE_LIMITS.secondMs);
  }
});

/** Of a machine whose calls take at least 100 ms. */
function warmEstimate(): ArrivalEstimate {
  const estimate = new ArrivalEstimate();
  for (let calls = 1; calls < PACE_LIMITS.latenciesMin; calls += 1) estimate.estimateShared(0, 200);
  expect(estimate.estimateShared(0, 100)).toBe(50);
  return estimate;
}

function clockStart(): number {
  return Date.parse('2026-11-01T00:00:00Z');
}
