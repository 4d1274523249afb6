import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeCalls } from '../../src/db/calls.ts';
import { correctCalls } from '../../src/db/correct-calls.ts';
import { foldCalls } from '../../src/db/fold-calls.ts';
import { CALL_LIMITS } from '../../src/db/limits.ts';
import { pruneCalls } from '../../src/db/pruning.ts';
import type { Database } from '../../src/db/schema.ts';
import { testDatabase } from '../support/database.ts';
import { ACCOUNT } from '../support/paced-calls.ts';
import { recordStatements } from '../support/statements.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const { dayMs } = CALL_LIMITS;
const START = Date.UTC(2026, 10, 2, 2);

/** The clock can be set, forward or back, by up to two days. */
const passing = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 5 * HOUR }) },
  { weight: 1, arbitrary: fc.integer({ min: -48 * HOUR, max: 48 * HOUR }) },
);
const step = fc.record({
  passingMs: passing,
  requested: fc.integer({ min: 1, max: 6 }),
  /** of the calls of the step before: how many arrived later, and how many were never sent */
  arrivedLater: fc.nat({ max: 2 }),
  arrivalMs: fc.integer({ min: 1, max: 400 }),
  neverSent: fc.nat({ max: 1 }),
  /** in a transaction of its own, the one or the other */
  correctedAlone: fc.boolean(),
  upkeep: fc.constantFrom('none', 'none', 'none', 'fold', 'prune'),
  limits: fc.record({
    burst: fc.record({ calls: fc.constantFrom(3, 40), windowMs: fc.constantFrom(1_005, 5_005) }),
    callsPerDay: fc.integer({ min: 5, max: 60 }),
  }),
});

async function rowsAfter(db: Database, since: number): Promise<number> {
  const rows = await db.selectFrom('call').select('calls').where('at', '>', since).execute();
  return rows.reduce((sum, { calls }) => sum + calls, 0);
}

test('the total is the sum of its calls after any steps of any clock', async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 3, maxLength: 25 }),
    async (steps) => {
      const { db, open } = await testDatabase();
      const connections = [db, open()];
      let now = START;
      let last = { at: 0, calls: 0 };
      for (const [index, { passingMs, requested, limits, upkeep, ...sent }] of steps.entries()) {
        const connection = connections[index % 2] ?? db;
        now += passingMs;
        if (upkeep === 'fold') await foldCalls(connection, ACCOUNT, now);
        if (upkeep === 'prune') await pruneCalls(connection, now);
        const laterCount = Math.min(sent.arrivedLater, last.calls);
        const later = Array(laterCount).fill({ from: last.at, to: last.at + sent.arrivalMs });
        const unsentCount = Math.min(sent.neverSent, last.calls - laterCount);
        const unsent = Array(unsentCount).fill({ from: last.at });
        const [alone, along] = sent.correctedAlone ? [later, unsent] : [unsent, later];
        await correctCalls(connection, { account: ACCOUNT, corrections: alone });
        const request = {
          account: ACCOUNT,
          now: () => now,
          limits,
          requested,
          arrivalMarginMs: 0,
        };
        const decision = await takeCalls(connection, { ...request, corrections: along });
        last = decision.kind === 'go' ? decision : { at: 0, calls: 0 };
        const counted = await rowsAfter(db, now - dayMs);
        const totals = await db.selectFrom('call_total').selectAll().execute();
        expect(totals).toEqual([{ account: ACCOUNT, since: now - dayMs, calls: counted }]);
        if (decision.kind === 'day-used-up') {
          expect(counted).toBeGreaterThanOrEqual(limits.callsPerDay);
        }
        if (decision.kind === 'go') {
          expect(decision.calls).toBeLessThanOrEqual(Math.min(requested, limits.burst.calls));
          expect(counted).toBeLessThanOrEqual(limits.callsPerDay);
        }
      }
    },
  );
  await fc.assert(property, { numRuns: 30 });
});

test('a process of a version without totals counts calls: the next minute counts them', async () => {
  const { db } = await testDatabase();
  const limits = { burst: { calls: 3, windowMs: 1_005 }, callsPerDay: 5 };
  const request = { account: ACCOUNT, limits, requested: 1, arrivalMarginMs: 0, corrections: [] };
  await takeCalls(db, { ...request, now: () => START });
  await db
    .insertInto('call')
    .values({ account: ACCOUNT, at: START + 1, calls: 4 })
    .execute();
  await foldCalls(db, ACCOUNT, START + MINUTE);
  expect(await takeCalls(db, { ...request, now: () => START + MINUTE })).toEqual({
    kind: 'day-used-up',
    until: START + dayMs,
  });
});

test('a database without a total gets it from the calls on record', async () => {
  const { db } = await testDatabase();
  await db
    .insertInto('call')
    .values([
      { account: ACCOUNT, at: START - dayMs, calls: 7 },
      { account: ACCOUNT, at: START - HOUR, calls: 2 },
      { account: 'other', at: START - HOUR, calls: 9 },
    ])
    .execute();
  const limits = { burst: { calls: 3, windowMs: 1_005 }, callsPerDay: 4 };
  const request = {
    account: ACCOUNT,
    now: () => START,
    limits,
    arrivalMarginMs: 0,
    corrections: [],
  };
  expect(await takeCalls(db, { ...request, requested: 9 })).toEqual({
    kind: 'go',
    at: START,
    calls: 2,
  });
});

test('a paced call executes the same statements, whatever is on record', async () => {
  const { executed } = recordStatements();
  const { db } = await testDatabase();
  const limits = { burst: { calls: 3, windowMs: 1_005 }, callsPerDay: 1_000_000 };
  const take = (now: number) =>
    takeCalls(db, {
      account: ACCOUNT,
      now: () => now,
      limits,
      requested: 1,
      arrivalMarginMs: 0,
      corrections: [],
    });
  await take(START);
  executed.length = 0;
  await take(START + 2_000);
  const few = executed.splice(0);
  const values = Array.from({ length: 5_000 }, (_, index) => ({
    account: ACCOUNT,
    at: START - HOUR + index * 100,
    calls: 1,
  }));
  for (let from = 0; from < values.length; from += 500) {
    await db
      .insertInto('call')
      .values(values.slice(from, from + 500))
      .execute();
  }
  await foldCalls(db, ACCOUNT, START + 3_000);
  executed.length = 0;
  await take(START + 4_000);
  expect(executed).toEqual(few);
  expect(few.filter((text) => text.startsWith('select'))).toHaveLength(1);
});
