import { expect, test } from 'vitest';
import { startDeadline } from '../../src/operator/check/deadline.ts';
import { CHECK_LIMITS } from '../../src/operator/check/limits.ts';
import { ManualClock } from '../support/manual-clock.ts';

const { signal } = new AbortController();
const HANGS = new Promise<never>(() => {});

test('work that hangs is given up when the time is over, whatever it does', async () => {
  const clock = new ManualClock();
  const deadline = startDeadline({ clock, signal });
  const raced = deadline.race(HANGS);
  const given = expect(raced).rejects.toThrow('no complete response within 20 s');
  clock.advance(CHECK_LIMITS.vendorsMsMax);
  await given;
  expect(deadline.signal.aborted).toBe(true);
});

test('the end waits for work that cannot be aborted: a new token must be stored', async () => {
  const clock = new ManualClock();
  const deadline = startDeadline({ clock, signal });
  const token = Promise.withResolvers<string>();
  const given = expect(deadline.race(token.promise)).rejects.toThrow('no complete response');
  clock.advance(CHECK_LIMITS.vendorsMsMax);
  await given;
  const events: string[] = [];
  const ended = deadline.end().then(() => events.push('ended'));
  void token.promise.then(() => events.push('stored'));
  token.resolve('next');
  await ended;
  expect(events).toEqual(['stored', 'ended']);
});

test('but not for longer than the drain: vendors and drain together take less than 30 s', async () => {
  const clock = new ManualClock();
  const deadline = startDeadline({ clock, signal });
  void deadline.race(HANGS).catch(() => {});
  const ended = deadline.end();
  clock.advance(CHECK_LIMITS.drainMsMax);
  await ended;
  expect(CHECK_LIMITS.vendorsMsMax + CHECK_LIMITS.drainMsMax).toBeLessThan(29_000);
});
