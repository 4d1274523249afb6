import { expect, test } from 'vitest';
import { isScheduled, ScheduleState } from '../../src/scheduler/schedule-state.ts';
import { DAY, HOUR, scheduledTenant } from '../support/scheduler-rig.ts';

const START = Date.parse('2026-11-02T00:00:00Z');
const idle = { has: () => false };

function stateOf(names: readonly string[], schedule = '0 2 * * *'): ScheduleState {
  const state = new ScheduleState();
  const tenants = names.map((tenant) => scheduledTenant(schedule, { tenant, start: START }));
  state.configure(tenants.filter(isScheduled), START);
  return state;
}

/** The tenants of the first `count` due runs. */
function claim(state: ScheduleState, now: number, count: number): string[] {
  return Array.from({ length: count }, () => state.claim(now, idle)?.tenant.tenant ?? 'none');
}

test('with more runs than a day can hold, each tenant has its run in its turn', () => {
  const state = stateOf(['a', 'b', 'c', 'd']);
  const days = [0, 1, 2, 3].map((day) => {
    const now = START + day * DAY + 2 * HOUR;
    state.update(now, () => 0);
    return claim(state, now, 2);
  });
  expect(days).toEqual([
    ['a', 'b'],
    ['c', 'd'],
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('a due run that replaces a pending one is for the latest due time', () => {
  const state = stateOf(['a', 'b']);
  for (const day of [0, 1, 2]) state.update(START + day * DAY + 2 * HOUR, () => 0);
  const now = START + 2 * DAY + 2 * HOUR;
  expect(state.claim(now, idle)?.dueRun).toEqual({
    dueAt: now,
    why: 'schedule',
    notBefore: now,
    failures: 0,
    waitingSince: START + 2 * HOUR,
  });
  expect(state.claim(now, idle)?.tenant.tenant).toBe('b');
  expect(state.claim(now, idle)).toBeUndefined();
});
