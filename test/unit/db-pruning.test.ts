import { expect, test } from 'vitest';
import { PRUNING_LIMITS } from '../../src/db/limits.ts';
import { pruneCalls, pruneRuns } from '../../src/db/pruning.ts';
import { beginRun } from '../../src/db/runs.ts';
import type { Database } from '../../src/db/schema.ts';
import { testDatabase } from '../support/database.ts';

const { runsKeptMin, runsPerBatchMax } = PRUNING_LIMITS;

async function addRuns(db: Database, tenant: string, count: number): Promise<void> {
  for (let run = 0; run < count; run += 1) {
    await beginRun(db, { runId: `${tenant}-${run}`, tenant, kind: 'sync', startedAt: run });
  }
}

async function oldestOf(db: Database, tenant: string): Promise<number | undefined> {
  const query = db.selectFrom('run').select('started_at').where('tenant', '=', tenant);
  return (await query.orderBy('started_at').limit(1).executeTakeFirst())?.started_at;
}

test('old runs are deleted, except each tenant’s newest, regardless of age', async () => {
  const { db } = await testDatabase();
  await addRuns(db, 'acme', runsKeptMin + 5);
  await addRuns(db, 'globex', runsKeptMin - 1);
  expect(await pruneRuns(db, 1_000_000)).toBe(5);
  expect(await oldestOf(db, 'acme')).toBe(5);
  expect(await oldestOf(db, 'globex')).toBe(0);
  expect(await pruneRuns(db, 1_000_000)).toBe(0);
});

test('recent runs are kept, however many there are', async () => {
  const { db } = await testDatabase();
  await addRuns(db, 'acme', runsKeptMin + 50);
  expect(await pruneRuns(db, 10)).toBe(10);
  expect(await oldestOf(db, 'acme')).toBe(10);
});

test('one call deletes a limited number of runs per tenant', async () => {
  const { db } = await testDatabase();
  await addRuns(db, 'acme', runsKeptMin + runsPerBatchMax + 7);
  expect(await pruneRuns(db, 1_000_000)).toBe(runsPerBatchMax);
  expect(await oldestOf(db, 'acme')).toBe(runsPerBatchMax);
  expect(await pruneRuns(db, 1_000_000)).toBe(7);
});

test('calls older than a day are deleted for every account', async () => {
  const { db } = await testDatabase();
  const now = Date.UTC(2026, 10, 24);
  const day = 24 * 60 * 60_000;
  const rows = [
    { account: 'one', at: now - day, calls: 1 },
    { account: 'two', at: now - day + 1, calls: 1 },
  ];
  await db.insertInto('call').values(rows).execute();
  await pruneCalls(db, now);
  expect(await db.selectFrom('call').select('account').execute()).toEqual([{ account: 'two' }]);
});
