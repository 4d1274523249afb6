import { expect, test } from 'vitest';
import { ClockDifference } from '../../src/push/clock-difference.ts';

/** The other clock is ahead by 500 ms. */
const AHEAD_MS = 500;

/** A reading at `at`, which took some time before and after. */
function read(difference: ClockDifference, at: number, beforeMs: number, afterMs: number): void {
  difference.add(at + AHEAD_MS, { before: at - beforeMs, after: at + afterMs });
}

test('is zero before the first reading', () => {
  expect(new ClockDifference().aheadMs).toBe(0);
});

test('a result that is handled late makes it no smaller', () => {
  const difference = new ClockDifference();
  read(difference, 1_000, 1, 400);
  expect(difference.aheadMs).toBe(AHEAD_MS + 2);
});

test('the fastest of all readings counts', () => {
  const difference = new ClockDifference();
  read(difference, 1_000, 300, 300);
  read(difference, 2_000, 2, 2);
  read(difference, 3_000, 90, 0);
  expect(difference.aheadMs).toBe(AHEAD_MS + 3);
});

test('a clock that was set starts again', () => {
  const difference = new ClockDifference();
  read(difference, 1_000, 2, 2);
  difference.add(5_000, { before: 1_990, after: 2_010 });
  expect(difference.aheadMs).toBe(3_011);
  difference.add(3_000, { before: 3_000, after: 3_000 });
  expect(difference.aheadMs).toBe(1);
});
