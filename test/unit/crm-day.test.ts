import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayBefore, dayInTimezone } from '../../src/crm/day.ts';

test.each([
  ['2026-11-05T04:30:00Z', 'America/New_York', '2026-11-04'],
  ['2026-11-05T04:30:00Z', 'UTC', '2026-11-05'],
  ['2026-11-05T11:00:00Z', 'Pacific/Kiritimati', '2026-11-06'],
  ['2026-12-31T23:30:00Z', 'Europe/Berlin', '2027-01-01'],
  ['2028-02-29T12:00:00Z', 'Asia/Kolkata', '2028-02-29'],
])('%s in %s is %s', (at, timezone, day) => {
  expect(dayInTimezone(Date.parse(at), timezone)).toBe(day);
});

test('an unknown timezone throws', () => {
  expect(() => dayInTimezone(0, 'Mars/Olympus')).toThrow(RangeError);
});

test('the day equals that of another implementation', () => {
  const range = { min: Date.parse('2000-01-01'), max: Date.parse('2100-01-01') };
  const zones = fc.constantFrom('America/New_York', 'America/Havana', 'Australia/Lord_Howe');
  fc.assert(
    fc.property(fc.integer(range), zones, (at, timeZone) => {
      const swedish = new Date(at).toLocaleDateString('sv-SE', { timeZone });
      expect(dayInTimezone(at, timeZone)).toBe(swedish);
    }),
  );
});

test.each([
  ['2026-03-01', '2026-02-28'],
  ['2028-03-01', '2028-02-29'],
  ['2027-01-01', '2026-12-31'],
])('the day before %s is %s', (day, before) => {
  expect(dayBefore(day)).toBe(before);
});
