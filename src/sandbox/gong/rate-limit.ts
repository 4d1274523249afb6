/** How many calls one company may make, all its integrations together. */
export interface CallLimits {
  /** Infinity: no limit */
  readonly callsPerSecond: number;
  /** Infinity: no limit */
  readonly callsPerDay: number;
}

/** Gong, "API request limits": 3 calls a second and 10,000 a day for a company. */
export const GONG_CALL_LIMITS: CallLimits = { callsPerSecond: 3, callsPerDay: 10_000 };

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

export interface RateLimiter {
  /** Counts a call at `now`, unless it is over a limit: then the wait until one would pass. */
  admit(now: number): { readonly waitMs: number } | undefined;
}

/**
 * Both limits over a sliding window: where Gong's day begins nobody says, and the sliding one is
 * the strictest reading. Calls that were refused do not count.
 */
export function createRateLimiter(limits: CallLimits): RateLimiter {
  const windows = [
    createWindow(limits.callsPerSecond, SECOND_MS),
    createWindow(limits.callsPerDay, DAY_MS),
  ];
  return {
    admit(now) {
      const waitMs = Math.max(...windows.map((window) => window.waitMs(now)));
      if (waitMs > 0) return { waitMs };
      for (const window of windows) window.count(now);
      return undefined;
    },
  };
}

interface Window {
  waitMs(now: number): number;
  count(now: number): void;
}

/** Remembers the times of the last `calls` calls in a ring: the oldest of them is what binds. */
function createWindow(calls: number, lengthMs: number): Window {
  if (calls === Number.POSITIVE_INFINITY) return { waitMs: () => 0, count: () => {} };
  // Less than one call a window is one call in a window that is longer by as much.
  const size = Math.max(1, Math.floor(calls));
  const windowMs = calls < 1 ? lengthMs / calls : lengthMs;
  const times = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  return {
    waitMs: (now) => Math.max(0, (times[next] ?? Number.NEGATIVE_INFINITY) + windowMs - now),
    count(now) {
      times[next] = now;
      next = (next + 1) % size;
    },
  };
}
