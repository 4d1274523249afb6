import type { Clock } from '../lib/clock.ts';

/** A clock that a test or another process can move forward; `ShiftedClock` implements it. */
export interface SandboxClock extends Clock {
  /** Moves the time forward by `ms`. */
  advance(ms: number): void;
}
