import { expect, test } from 'vitest';
import { dueRunState } from '../../src/scheduler/due-run-state.ts';
import { testDatabase } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { oldReport, STOP_OF_EARLIER_VERSION, storeReport } from '../support/old-reports.ts';

const { code, ...withoutMeaning } = {
  stage: 'gong',
  message: 'no response',
  hint: 'Wait.',
  code: 'stop-requested',
};

/** The state of a time that was due a moment before a run with this report. */
async function stateAfter(text: string): Promise<string> {
  const { db } = await testDatabase();
  const clock = new ManualClock();
  await storeReport(db, { text, startedAt: clock.now() });
  return dueRunState({ db, clock }, { tenant: 'acme', dueAt: clock.now() - 1 });
}

test('a due time stays open if its run records a stop, with a code or as earlier versions did', async () => {
  expect(await stateAfter(oldReport([{ ...withoutMeaning, code }]))).toBe('open');
  expect(await stateAfter(oldReport([STOP_OF_EARLIER_VERSION]))).toBe('open');
});

test('control: a run with another error has served it', async () => {
  expect(await stateAfter(oldReport([withoutMeaning]))).toBe('served');
});

test('a run with an unreadable report has served it', async () => {
  expect(await stateAfter('{"errors":')).toBe('served');
});
