import { expect, test } from 'vitest';
import type { PushStop } from '../../src/push/report.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { reportOf } from '../../src/runs/report.ts';

const PUSHED = { delivered: 0, duplicates: 0, rejected: 0, exhausted: 0 };
const FACTS = {
  tenant: 'acme',
  kind: 'sync',
  outcome: 'ok',
  startedAt: 0,
  finishedAt: 1,
  pending: 1,
} as const;

function gongWaitAfter(stop: PushStop | undefined, cappedRetryAfterMs?: number) {
  const counters = new RunCounters();
  counters.pushed = {
    ...PUSHED,
    ...(stop && { stop }),
    ...(cappedRetryAfterMs !== undefined && { cappedRetryAfterMs }),
  };
  return reportOf(counters, FACTS).gongWait;
}

test.each(['paused', 'throttled'] as const)('a run that Gong %s is no success', (reason) => {
  expect(gongWaitAfter({ kind: 'waiting', reason })).toEqual({ reason });
});

test('a run that used up the calls of the day is a success', () => {
  expect(gongWaitAfter({ kind: 'waiting', reason: 'day-used-up' })).toBeUndefined();
  expect(gongWaitAfter(undefined)).toBeUndefined();
});

test.each([
  ['no event was left to wait for it', undefined],
  ['the calls of the day were used up', { kind: 'waiting', reason: 'day-used-up' }],
  ['the rest had the same errors', { kind: 'same-rejections', errors: [] }],
] as const)('a capped Retry-After is never a success, even if %s', (_, stop) => {
  const capped = { reason: 'paused', cappedRetryAfterMs: 86_400_000_000 };
  expect(gongWaitAfter(stop, 86_400_000_000)).toEqual(capped);
});
