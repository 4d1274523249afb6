import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parseWhen } from '../../src/cli/command-line/parse-date-or-time.ts';

const IMPOSSIBLE = [
  '2026-13-01',
  '2026-00-01',
  '2026-01-00',
  '2026-01-32',
  '2026-02-29',
  '2026-02-30',
  '2026-04-31',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T24:00Z',
  '2026-01-01T25:00:00Z',
  '2026-01-01T12:60:00Z',
  '2026-01-01T12:00:60Z',
  '2026-01-01T12:00:00+25:00',
  '2026-02-30T10:00',
  '2026-01-01T24:00',
  '2026-01-01T12:60',
];

describe('WHEN', () => {
  test.each(IMPOSSIBLE)('%s does not exist and is not moved to another day', (text) => {
    expect(() => parseWhen(text, 'America/New_York')).toThrow(`"${text}" does not exist`);
  });

  test.each([
    'yesterday',
    '2026-1-1',
    '2026-01-01 00:00',
    '2026-01-01T10',
    '20260101',
    ' 2026-01-01',
    '',
  ])('%j is neither a date nor a time', (text) => {
    expect(() => parseWhen(text, 'UTC')).toThrow('is neither a date nor a time');
  });

  test.each([
    ['2028-02-29', 'UTC', '2028-02-29T00:00:00.000Z'],
    ['2026-12-31', 'America/New_York', '2026-12-31T05:00:00.000Z'],
    ['2026-02-28T23:59:59+02:00', 'UTC', '2026-02-28T21:59:59.000Z'],
    ['2026-03-01T00:30:00+01:00', 'UTC', '2026-02-28T23:30:00.000Z'],
    ['2026-05-01T10:00', 'UTC', '2026-05-01T10:00:00.000Z'],
    ['2026-05-01T10:00', 'America/New_York', '2026-05-01T14:00:00.000Z'],
    ['2026-05-01T10:00:30.5', 'Asia/Kolkata', '2026-05-01T04:30:30.500Z'],
    // The hour that daylight saving skips, and the first of the two that it repeats.
    ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:00:00.000Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['2026-11-01T01:30-05:00', 'America/New_York', '2026-11-01T06:30:00.000Z'],
  ])('%s in %s is %s', (text, timezone, moment) => {
    expect(new Date(parseWhen(text, timezone)).toISOString()).toBe(moment);
  });

  test.each(['0001-01-01', '0099-12-31T10:00', '0001-01-01T00:00Z', '1969-12-31T23:59'])(
    'before 1970 counts as 1970: %s',
    (text) => {
      expect(parseWhen(text, 'America/New_York')).toBeGreaterThanOrEqual(0);
      expect(parseWhen(text, 'UTC')).toBe(0);
    },
  );

  test("does not depend on the machine's timezone", () => {
    vi.stubEnv('TZ', 'Asia/Tokyo');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(new Date('2026-05-01T10:00').toISOString()).toBe('2026-05-01T01:00:00.000Z');
    for (const text of ['2026-05-01T10:00', '2026-05-01T10:00Z']) {
      expect(parseWhen(text, 'UTC')).toBe(Date.UTC(2026, 4, 1, 10));
    }
  });
});
