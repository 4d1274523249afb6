import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readEventFilter } from '../../src/web/event-query.ts';

function beforeTime(text: string): string {
  const { after } = readEventFilter((name) => (name === 'before' ? text : undefined));
  return new Date(after?.sharedAt ?? Number.NaN).toISOString();
}

describe('the parameter before', () => {
  test.each([
    ['2026-05-01', '2026-05-01T00:00:00.000Z'],
    ['2026-05-01T10:00', '2026-05-01T10:00:00.000Z'],
    ['2026-05-01T10:00:30.5', '2026-05-01T10:00:30.500Z'],
    ['2026-05-01T10:00Z', '2026-05-01T10:00:00.000Z'],
    ['2026-05-01T10:00-04:00', '2026-05-01T14:00:00.000Z'],
    ['1777629600000~acme~salesforce:1', '2026-05-01T10:00:00.000Z'],
  ])('%s is %s, in any timezone of the machine', (text, time) => {
    vi.stubEnv('TZ', 'Asia/Tokyo');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(beforeTime(text)).toBe(time);
  });

  test.each([
    'x',
    '2026-02-30',
    '2026-13-01',
    '2026-05-01 10:00',
    '2026-05-01T10:00 00:00',
    'May 1',
  ])('%s is not a time', (text) => {
    expect(() => beforeTime(text)).toThrow('before must be a time');
  });
});
