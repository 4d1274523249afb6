import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextDue, previousDue } from '../../src/scheduler/due-times.ts';
import { expression, localMinutes, naiveDueTimes } from '../support/naive-due-times.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The first three due times after `from`, in UTC. */
function dueFrom(schedule: string, timezone: string, from: string): string[] {
  const times: string[] = [];
  for (let at = Date.parse(from); times.length < 3; ) {
    at = nextDue({ schedule, timezone }, at);
    times.push(new Date(at).toISOString().replace(':00.000Z', 'Z'));
  }
  return times;
}

describe('due times', () => {
  test.each([
    {
      rule: 'New York, spring: 02:30 is skipped, so it is due at the transition',
      given: ['30 2 * * *', 'America/New_York', '2027-03-13T00:00:00Z'],
      due: ['2027-03-13T07:30Z', '2027-03-14T07:00Z', '2027-03-15T06:30Z'],
    },
    {
      rule: 'New York, autumn: 01:30 is repeated, and due at its first occurrence',
      given: ['30 1 * * *', 'America/New_York', '2026-10-31T00:00:00Z'],
      due: ['2026-10-31T05:30Z', '2026-11-01T05:30Z', '2026-11-02T06:30Z'],
    },
    {
      rule: 'Lord Howe, spring: a change of half an hour',
      given: ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T00:00:00Z'],
      due: ['2026-10-02T15:45Z', '2026-10-03T15:30Z', '2026-10-04T15:15Z'],
    },
    {
      rule: 'Lord Howe, autumn: a change of half an hour',
      given: ['45 1 * * *', 'Australia/Lord_Howe', '2027-04-02T00:00:00Z'],
      due: ['2027-04-02T14:45Z', '2027-04-03T14:45Z', '2027-04-04T15:15Z'],
    },
    {
      rule: 'Santiago, a change at midnight: the day begins at 01:00',
      given: ['0 0 * * *', 'America/Santiago', '2026-09-05T00:00:00Z'],
      due: ['2026-09-05T04:00Z', '2026-09-06T04:00Z', '2026-09-07T03:00Z'],
    },
    {
      rule: 'Samoa, a skipped day: its due time at the transition, then the next day’s',
      given: ['0 2 * * *', 'Pacific/Apia', '2011-12-29T00:00:00Z'],
      due: ['2011-12-29T12:00Z', '2011-12-30T10:00Z', '2011-12-30T12:00Z'],
    },
    {
      rule: 'several skipped times are due once, together with the time of the transition',
      given: ['*/20 2,3 * * *', 'America/New_York', '2027-03-14T06:59:00Z'],
      due: ['2027-03-14T07:00Z', '2027-03-14T07:20Z', '2027-03-14T07:40Z'],
    },
    {
      rule: 'names, ranges, and both day fields combined',
      given: ['0 9-17/8 13 * fri', 'Europe/Berlin', '2026-01-01T00:00:00Z'],
      due: ['2026-02-13T08:00Z', '2026-02-13T16:00Z', '2026-03-13T08:00Z'],
    },
    {
      rule: '29 February: leap years only',
      given: ['0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z'],
      due: ['2028-02-29T00:00Z', '2032-02-29T00:00Z', '2036-02-29T00:00Z'],
    },
  ] as const)('$rule', ({ given, due }) => {
    const [schedule, timezone, from] = given;
    expect(dueFrom(schedule, timezone, from)).toEqual(due);
  });

  test('previousDue includes its argument, nextDue does not', () => {
    const table = { schedule: '0 2 * * *', timezone: 'UTC' };
    const due = Date.UTC(2026, 10, 2, 2);
    expect(previousDue(table, due)).toBe(due);
    expect(previousDue(table, due - 1)).toBe(due - DAY);
    expect(nextDue(table, due)).toBe(due + DAY);
    expect(nextDue(table, due - 1)).toBe(due);
  });

  test('in a repeated hour, the previous due time is before the transition', () => {
    const table = { schedule: '50 1 * * *', timezone: 'America/New_York' };
    const first = Date.parse('2026-11-01T05:50:00Z');
    const again = Date.parse('2026-11-01T06:10:00Z');
    expect(previousDue(table, again)).toBe(first);
    expect(nextDue(table, again)).toBe(Date.parse('2026-11-02T06:50:00Z'));
  });

  test('an expression that matches no day is never due', () => {
    const table = { schedule: '0 0 L-30 2 *', timezone: 'UTC' };
    expect(nextDue(table, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(previousDue(table, 0)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('due times, compared with a model that checks every minute', () => {
  const windows = [
    ['America/New_York', '2027-03-13T12:00:00Z'],
    ['America/New_York', '2026-10-31T12:00:00Z'],
    ['Europe/Berlin', '2027-03-27T12:00:00Z'],
    ['Europe/Berlin', '2026-10-24T12:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-02T12:00:00Z'],
    ['Australia/Lord_Howe', '2027-04-02T12:00:00Z'],
    ['America/Santiago', '2026-09-05T12:00:00Z'],
    ['Africa/Casablanca', '2026-02-14T12:00:00Z'],
    ['Pacific/Apia', '2011-12-29T12:00:00Z'],
    ['Asia/Kathmandu', '2026-05-01T12:00:00Z'],
  ] as const;

  test.each(windows)('%s around %s', (timezone, from) => {
    const start = Date.parse(from);
    const minutes = localMinutes(timezone, start - 2 * DAY, start + 3 * DAY);
    const property = fc.property(
      expression,
      fc.integer({ min: 0, max: 36 * HOUR }),
      ({ schedule, fits }, past) => {
        const at = start + past;
        const due = naiveDueTimes(minutes, fits);
        const next = due.find((time) => time > at);
        const previous = due.findLast((time) => time <= at);
        const table = { schedule, timezone };
        // Times outside the minutes of the model are not compared.
        if (next !== undefined) expect(nextDue(table, at)).toBe(next);
        if (previous !== undefined) expect(previousDue(table, at)).toBe(previous);
      },
    );
    fc.assert(property, { numRuns: 150 });
  });
});
