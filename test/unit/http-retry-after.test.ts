import { describe, expect, it } from 'vitest';
import { retryAfterIn, retryAfterMsOf } from '../../src/vendors/http/retry-after.ts';

const NOW = Date.UTC(2026, 10, 1, 10);
const MINUTE_MS = 60_000;

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    [' 30 ', 30_000],
    ['86400', 86_400_000],
    ['2592000', 2_592_000_000],
    ['99999999999999999999999', Number.MAX_SAFE_INTEGER],
    [`1${'0'.repeat(400)}`, Number.MAX_SAFE_INTEGER],
  ])('of %j seconds is %i ms', (header, waitMs) => {
    expect(retryAfterMsOf(header, NOW)).toBe(waitMs);
  });

  it.each([
    ['IMF-fixdate', 'Sun, 01 Nov 2026 10:01:00 GMT'],
    ['RFC 850', 'Sunday, 01-Nov-26 10:01:00 GMT'],
    ['asctime', 'Sun Nov  1 10:01:00 2026'],
    ['any case', 'sun, 01 nov 2026 10:01:00 gmt'],
    ['a leap second', 'Sun, 01 Nov 2026 10:00:60 GMT'],
    ['a leap second, RFC 850', 'Sunday, 01-Nov-26 10:00:60 GMT'],
    ['a leap second, asctime', 'Sun Nov  1 10:00:60 2026'],
  ])('can be a date: %s', (_, header) => {
    expect(retryAfterMsOf(header, NOW)).toBe(MINUTE_MS);
  });

  it('reads two digits of a year as the nearest past or the next fifty years', () => {
    const at = (header: string, now: number) => (retryAfterMsOf(header, now) ?? Number.NaN) + now;
    expect(at('Friday, 01-Jan-27 00:00:00 GMT', NOW)).toBe(Date.UTC(2027, 0, 1));
    expect(at('Sunday, 01-Nov-76 10:00:00 GMT', NOW)).toBe(Date.UTC(2076, 10, 1, 10));
    expect(retryAfterMsOf('Sunday, 01-Nov-76 10:00:01 GMT', NOW)).toBeUndefined();
    expect(retryAfterMsOf('Saturday, 01-Jan-94 00:00:00 GMT', NOW)).toBeUndefined();
    const atCenturyEnd = Date.UTC(2098, 11, 31);
    expect(at('Thursday, 01-Jan-04 00:00:00 GMT', atCenturyEnd)).toBe(Date.UTC(2104, 0, 1));
  });

  it('with the current date requests no wait', () => {
    expect(retryAfterMsOf('Sun, 01 Nov 2026 10:00:00 GMT', NOW)).toBe(0);
  });

  it.each([
    undefined,
    '',
    '-5',
    '1.5',
    '5 s',
    'soon',
    'soon 5',
    'NaN',
    'Infinity',
    '1e3',
    '2026-11-01T10:01:00Z',
    'Sun, 01 Foo 2026 10:01:00 GMT',
    'Sun, 01 Nov 2026 10:01:00 CET',
    'Mon, 31 Nov 2026 10:01:00 GMT',
    'Sun, 00 Nov 2026 10:01:00 GMT',
    'Sun, 01 Nov 2026 24:00:00 GMT',
    'Sun, 01 Nov 2026 10:60:00 GMT',
    'Sun, 01 Nov 2026 10:01:61 GMT',
    'Sun, 01 Nov 2026 09:59:59 GMT',
    'Sat, 01 Nov 1925 10:00:00 GMT',
  ])('requests nothing with %j', (header) => {
    expect(retryAfterMsOf(header, NOW)).toBeUndefined();
  });

  it.each([
    ['behind', 'Sun, 01 Nov 2026 11:00:00 GMT', 'Sun, 01 Nov 2026 11:01:00 GMT'],
    ['ahead', 'Sun, 01 Nov 2026 09:00:00 GMT', 'Sun, 01 Nov 2026 09:01:00 GMT'],
  ])('as a date counts from the Date header, with this clock an hour %s', (_, date, header) => {
    const headers = { date, 'retry-after': header };
    expect(retryAfterIn(headers, NOW)).toEqual({ retryAfterMs: MINUTE_MS });
  });

  it.each([
    [{ 'retry-after': 'Sun, 01 Nov 2026 10:01:00 GMT' }],
    [{ date: 'yesterday', 'retry-after': 'Sun, 01 Nov 2026 10:01:00 GMT' }],
    [{ date: 'Sun, 01 Nov 2026 09:00:00 GMT', 'retry-after': '60' }],
  ])('counts from this clock without a Date header, and in seconds: %j', (headers) => {
    expect(retryAfterIn(headers, NOW)).toEqual({ retryAfterMs: MINUTE_MS });
  });
});
