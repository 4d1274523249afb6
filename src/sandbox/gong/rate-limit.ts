/** The call limits of one company, for all its integrations together. */
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
  /** Counts a call at `now`. If it exceeds a limit, returns the wait until a call would pass. */
  admit(now: number): { readonly waitMs: number } | undefined;
}

/**
 * Applies both limits over sliding windows. Gong does not document when its day starts, and a
 * sliding window is the strictest reading. Refused calls do not count.
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

/** Stores the times of the last `calls` calls in a ring buffer; the oldest one sets the wait. */
function createWindow(calls: number, lengthMs: number): Window {
  if (calls === Number.POSITIVE_INFINITY) return { waitMs: () => 0, count: () => {} };
  // A limit below one call per window is one call in a proportionally longer window.
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
