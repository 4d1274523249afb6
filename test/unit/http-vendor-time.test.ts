import { expect, test } from 'vitest';
import { VendorTime } from '../../src/vendors/http/vendor-time.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR_MS = 3_600_000;

function timeAfter({ aheadMs, latencyMs = 0 }: { aheadMs: number; latencyMs?: number }) {
  const clock = new ManualClock();
  const sentAt = clock.now();
  const date = new Date(sentAt - aheadMs).toUTCString();
  clock.advance(latencyMs);
  const time = new VendorTime(clock);
  time.learn({ date }, sentAt);
  return { time, clock, date: Date.parse(date) };
}

test.each([
  ['the same time', { aheadMs: 0 }],
  ['a slow response', { aheadMs: 0, latencyMs: 50_000 }],
  ['less than the second that the header omits', { aheadMs: 999 }],
])('%s is the time of this machine', (_case, given) => {
  const { time, clock } = timeAfter(given);
  expect(time.now()).toBe(clock.now());
});

test.each([50 * HOUR_MS, -50 * HOUR_MS, 61_000])(
  'a clock that is %i ms ahead is corrected',
  (aheadMs) => {
    const { time, date, clock } = timeAfter({ aheadMs });
    expect(time.now()).toBe(date);
    clock.advance(5_000);
    expect(time.now()).toBe(date + 5_000);
  },
);

test('a clock that is set back after a response does not set the time back', () => {
  const { time, date, clock } = timeAfter({ aheadMs: 0 });
  clock.advance(-45 * HOUR_MS);
  expect(time.now()).toBe(date);
  // The next response shows how far it was set back.
  time.learn({ date: new Date(date + 5_000).toUTCString() }, clock.now());
  expect(time.now()).toBe(date + 5_000);
  clock.advance(1_000);
  expect(time.now()).toBe(date + 6_000);
});

test("no response, or one without a usable date, leaves this machine's time", () => {
  const clock = new ManualClock();
  const time = new VendorTime(clock);
  for (const headers of [{}, { date: 'yesterday' }]) time.learn(headers, clock.now());
  expect(time.isKnown).toBe(false);
  expect(time.now()).toBe(clock.now());
});
