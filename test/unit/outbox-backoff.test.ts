import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelayMs, retryDelayMsMax } from '../../src/outbox/backoff.ts';

test('the longest delay starts at 1 s and doubles up to one minute', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 50, 2_000].map(retryDelayMsMax);
  expect(waits).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000,
  ]);
});

const failedAttempts = fc.integer({ min: 1, max: 5_000 });
const randomValue = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a delay is a whole number of milliseconds within its bounds', () => {
  fc.assert(
    fc.property(failedAttempts, randomValue, (attempts, random) => {
      const wait = retryDelayMs(attempts, random);
      expect(Number.isInteger(wait)).toBe(true);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(retryDelayMsMax(attempts));
    }),
  );
});

test('the jitter is full: the delay is proportional to the random value, from zero', () => {
  fc.assert(
    fc.property(failedAttempts, randomValue, (attempts, random) => {
      expect(retryDelayMs(attempts, 0)).toBe(0);
      expect(retryDelayMs(attempts, random)).toBeCloseTo(random * retryDelayMsMax(attempts), -1);
    }),
  );
});

test('a later attempt never has a shorter delay for the same random value', () => {
  fc.assert(
    fc.property(failedAttempts, randomValue, (attempts, random) => {
      expect(retryDelayMs(attempts + 1, random)).toBeGreaterThanOrEqual(
        retryDelayMs(attempts, random),
      );
    }),
  );
});
