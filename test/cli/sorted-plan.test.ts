import { expect, test } from 'vitest';
import { PLAN_LIMITS } from '../../src/cli/runs/limits.ts';
import { planLine } from '../../src/cli/runs/plan-line.ts';
import { SortedPlan } from '../../src/cli/runs/sorted-plan.ts';
import type { NewEvent } from '../../src/outbox/outbox-event.ts';
import { eventSharedAt, newEvent } from '../support/events.ts';

const DAY = Date.UTC(2026, 10, 1);

function planned(): { readonly plan: SortedPlan; readonly times: () => number[] } {
  const lines: string[] = [];
  const plan = new SortedPlan('UTC', async (line) => void lines.push(line));
  const times = () => lines.map((line) => Date.parse(`${line.slice(0, 19).replace(' ', 'T')}Z`));
  return { plan, times };
}

test('a dry run lists the shares in time order, whatever order the sources have', async () => {
  const { plan, times } = planned();
  for (const at of [3_000, 1_000, 2_000]) await plan.add(eventSharedAt(`e${at}`, at));
  expect(times()).toEqual([]);
  await plan.end();
  expect(times()).toEqual([1_000, 2_000, 3_000]);
});

test('a share that another one replaces is not listed', async () => {
  const { plan, times } = planned();
  await plan.add(eventSharedAt('held', 1_000));
  await plan.add(eventSharedAt('other', 2_000));
  plan.drop(['held', 'unknown']);
  await plan.end();
  expect(times()).toEqual([2_000]);
});

test('a long plan is printed in parts, so that memory does not grow with it', async () => {
  const { plan, times } = planned();
  const count = PLAN_LIMITS.linesSortedMax + 1;
  for (let number = 0; number < count; number += 1) {
    await plan.add(eventSharedAt(`e${number}`, (count - number) * 1_000));
  }
  expect(times()).toHaveLength(PLAN_LIMITS.linesSortedMax / 2);
  expect(times()[0]).toBe(1_000);
  await plan.end();
  expect(times()).toHaveLength(count);
});

test.each<[string, Partial<NewEvent>, string]>([
  ['pending', { state: 'pending' }, '  send  “Offer”'],
  ['skipped', { state: 'skipped', reason: 'no-url' }, '  skip (no-url)  “Offer”'],
  [
    'held',
    { state: 'held', reason: 'audit-log', notBefore: DAY },
    '  hold until 2026-11-01 00:00:00 (audit-log)  “Offer”',
  ],
  [
    'rejected',
    { state: 'rejected', errors: ['contentUrl: required'] },
    '  reject (contentUrl: required)  “Offer”',
  ],
])('a %s share has its outcome and the reason', (_state, changes, text) => {
  expect(planLine(newEvent('e', changes), 'UTC')).toContain(text);
});

test('records have their names next to their Ids, and of many recipients some are counted', () => {
  const recipients = Array.from({ length: 8 }, (_, index) => ({
    email: `p${index}@globex.example`,
  }));
  const { body: _body, ...event } = newEvent('e', {
    match: {
      matched: true,
      objects: [
        { type: 'Account', id: '001A', name: 'Globex' },
        { type: 'Contact', id: '003B' },
      ],
      recipients,
      reasons: [],
    },
  });
  const line = planLine(event, 'UTC');
  expect(line).toContain(', on Account “Globex” (001A), Contact 003B');
  expect(line).toContain('p4@globex.example and 3 more');
});
