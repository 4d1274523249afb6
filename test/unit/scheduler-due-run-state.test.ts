import { expect, test } from 'vitest';
import { dueRunState } from '../../src/scheduler/due-run-state.ts';
import { testDatabase } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { oldReport, STOP_OF_EARLIER_VERSION, storeReport } from '../support/old-reports.ts';

const { code, ...withoutCode } = {
  stage: 'gong',
  message: 'no response',
  hint: 'Wait.',
  code: 'stop-requested',
};

/** The state of a due time just before the start of a run with this report. */
async function stateAfter(text: string): Promise<string> {
  const { db } = await testDatabase();
  const clock = new ManualClock();
  await storeReport(db, { text, startedAt: clock.now() });
  return dueRunState({ db, clock }, { tenant: 'acme', dueAt: clock.now() - 1 });
}

test('a due time stays open if its run records a stop, even one of an earlier version', async () => {
  expect(await stateAfter(oldReport([{ ...withoutCode, code }]))).toBe('open');
  expect(await stateAfter(oldReport([STOP_OF_EARLIER_VERSION]))).toBe('open');
});

test('control: a due time is done if its run records another error', async () => {
  expect(await stateAfter(oldReport([withoutCode]))).toBe('done');
});

test('a due time is done if the report of its run is unreadable', async () => {
  expect(await stateAfter('{"errors":')).toBe('done');
});
