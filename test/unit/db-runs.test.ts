import { expect, test } from 'vitest';
import type { RunError } from '../../src/db/run-report.ts';
import {
  beginRun,
  finishedRuns,
  finishRun,
  latestRuns,
  type StoredRun,
} from '../../src/db/runs.ts';
import type { Database } from '../../src/db/schema.ts';
import { StopRequested } from '../../src/lib/errors.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { reportOf } from '../../src/runs/report.ts';
import { runError } from '../../src/runs/stage-errors.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { oldReport, STOP_OF_EARLIER_VERSION, storeReport } from '../support/old-reports.ts';

const NOW = Date.UTC(2026, 10, 2, 2);

async function stored(text: string): Promise<StoredRun> {
  const { db } = await testDatabase();
  await storeReport(db, { text, startedAt: NOW });
  const [latest] = await latestRuns(db, { tenant: 'acme', limit: 1 });
  const [finished] = await finishedRunsOf(db);
  expect(finished).toEqual(latest);
  if (latest === undefined) throw new Error('the run is not listed');
  return latest;
}

function finishedRunsOf(db: Database): Promise<StoredRun[]> {
  return finishedRuns(db, { tenant: 'acme', kind: 'sync', from: NOW, to: NOW, limit: 9 });
}

async function errorsOf(entry: object): Promise<readonly RunError[] | undefined> {
  return (await stored(oldReport([entry]))).report?.errors;
}

test('a report is read as it was written', async () => {
  const { db } = await testDatabase();
  const lease = await heldLease(db, NOW);
  const counters = new RunCounters();
  counters.addError(runError('run', new StopRequested()));
  counters.addError(runError('gong', new Error('no response')));
  const facts = { runId: 'run', tenant: 'acme', kind: 'sync', outcome: 'partial' } as const;
  const report = reportOf(counters, { ...facts, startedAt: NOW, finishedAt: NOW + 1, pending: 3 });
  await beginRun(db, { runId: 'run', tenant: 'acme', kind: 'sync', startedAt: NOW });
  await finishRun(db, lease, { runId: 'run', report });
  const [run] = await finishedRunsOf(db);
  expect(run).toMatchObject({ finishedAt: NOW + 1, outcome: 'partial' });
  expect(run?.report).toEqual(report);
  expect(run?.report?.errors.map(({ code }) => code)).toEqual(['stop-requested', undefined]);
});

test('a stop that an earlier version stored has the code of a stop', async () => {
  expect(await errorsOf(STOP_OF_EARLIER_VERSION)).toEqual([
    { ...STOP_OF_EARLIER_VERSION, code: 'stop-requested' },
  ]);
});

test.each([
  ['another stage', { ...STOP_OF_EARLIER_VERSION, stage: 'gong' }],
  ['another message', { ...STOP_OF_EARLIER_VERSION, message: 'asked to stop, or so' }],
])('control: an entry with %s has none', async (_, entry) => {
  expect(await errorsOf(entry)).toEqual([entry]);
});

test('a stop is known by its code, whatever its message says', async () => {
  const entry = { stage: 'run', message: 'stopped', hint: 'Run again.', code: 'stop-requested' };
  expect(await errorsOf(entry)).toEqual([entry]);
});

test('a code that this version does not know is left out, and the report is readable', async () => {
  const entry = { stage: 'run', message: 'stopped', hint: 'Run again.' };
  expect(await errorsOf({ ...entry, code: 'of-a-later-version' })).toEqual([entry]);
});

test.each(['', '{', 'null', '[]', '{"queued":1}', oldReport([{ stage: 'a later one' }])])(
  'an unreadable report leaves the run without one: %s',
  async (text) => {
    const run = await stored(text);
    expect(run).toMatchObject({ runId: 'old', outcome: 'partial' });
    expect(run).not.toHaveProperty('report');
  },
);
