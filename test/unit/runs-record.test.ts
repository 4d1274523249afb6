import { expect, test } from 'vitest';
import { UNWATCHED_FILES } from '../../src/db/database-files.ts';
import { beginRun, latestRuns } from '../../src/db/runs.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { type Run, RunBroken, recordRun } from '../../src/runs/run-lifecycle.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { breakDatabase } from '../support/failing-database.ts';

const BUG = new Error('the first cause');

async function startedRun() {
  const { db } = await testDatabase();
  const key = await heldLease(db, 0);
  const begun = { runId: 'run-1', tenant: 'acme', kind: 'sync' as const, startedAt: 0 };
  await beginRun(db, begun);
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const context = { db, databaseFiles: UNWATCHED_FILES, clock: { now: () => 1 }, log };
  const lease = { key };
  // The parts of a run that its record needs.
  const parts = {
    ...begun,
    context,
    lease,
    tenant: { tenant: 'acme' },
    counters: new RunCounters(),
    unsynced: { baseline: false },
  };
  return { run: parts as unknown as Run, db, warnings };
}

test('a run that broke reports the first cause, even if its end cannot be recorded', async () => {
  const { run, db, warnings } = await startedRun();
  const ended = recordRun(run, async () => {
    await breakDatabase(db);
    throw BUG;
  });
  await expect(ended).rejects.toMatchObject({ name: 'RunBroken', cause: BUG });
  expect(warnings).toEqual([expect.stringContaining('the end of the run could not be recorded')]);
});

test('control: its end is recorded if the database works', async () => {
  const { run, db, warnings } = await startedRun();
  const ended = recordRun(run, () => Promise.reject(BUG));
  await expect(ended).rejects.toBeInstanceOf(RunBroken);
  const [stored] = await latestRuns(db, { tenant: 'acme', limit: 1 });
  expect(stored).toMatchObject({ outcome: 'failed' });
  expect(warnings).toEqual([]);
});
