import type { Clock } from '../lib/clock.ts';

/** A clock that a test, or another process, can move; `ShiftedClock` is one. */
export interface SandboxClock extends Clock {
  /** Moves time forward by `ms`. */
  advance(ms: number): void;
}
