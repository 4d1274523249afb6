import { UserError } from '../lib/errors.ts';
import { POSITION_LIMITS } from './limits.ts';

/**
 * True for a stored position that no reading can have reached: a run stored it while a clock was
 * wrong. `now` is the vendor's own time; both are epoch milliseconds.
 */
export function isInFuture(position: number | undefined, now: number): boolean {
  return position !== undefined && position > now + POSITION_LIMITS.clockDifferenceMsMax;
}

/** Reports a stored position in the future that was moved back. */
export function futurePosition(times: {
  readonly position: number;
  readonly now: number;
  readonly from: number;
}): UserError {
  const [position, now, from] = [times.position, times.now, times.from].map((time) =>
    new Date(time).toISOString(),
  );
  const message = `the stored position was in the future: ${position}, at ${now}`;
  return new UserError(message, {
    hint:
      `The position was moved back, and everything from ${from} on is read again. What is already ` +
      'known is not reported twice. Check that the clock of this machine is synchronized (NTP).',
  });
}
