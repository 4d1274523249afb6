import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelayMs, retryDelayMsMax } from '../../src/outbox/backoff.ts';

test('the longest waits are 1 s, doubling, up to a minute', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 50, 2_000].map(retryDelayMsMax);
  expect(waits).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000,
  ]);
});

const failedTries = fc.integer({ min: 1, max: 5_000 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a wait is a whole number of milliseconds within its bounds', () => {
  fc.assert(
    fc.property(failedTries, random, (tries, chance) => {
      const wait = retryDelayMs(tries, chance);
      expect(Number.isInteger(wait)).toBe(true);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(retryDelayMsMax(tries));
    }),
  );
});

test('the jitter is full: chance decides over the whole wait, and evenly', () => {
  fc.assert(
    fc.property(failedTries, random, (tries, chance) => {
      expect(retryDelayMs(tries, 0)).toBe(0);
      expect(retryDelayMs(tries, chance)).toBeCloseTo(chance * retryDelayMsMax(tries), -1);
    }),
  );
});

test('a later try never waits shorter at the same chance', () => {
  fc.assert(
    fc.property(failedTries, random, (tries, chance) => {
      expect(retryDelayMs(tries + 1, chance)).toBeGreaterThanOrEqual(retryDelayMs(tries, chance));
    }),
  );
});
