/** Returns the first due time after `after` in epoch milliseconds, or Infinity. */
export type NextDue = (
  timetable: { readonly schedule: string; readonly timezone: string },
  after: number,
) => number;

/**
 * Overdue is two periods after `since`, and not before two due times have passed: for example, a
 * schedule for working days has periods of different lengths.
 */
export function overdueTimes(since: number, nextDue: (after: number) => number) {
  const first = nextDue(since);
  const second = nextDue(first);
  const periodMs = second - first;
  if (!Number.isFinite(second)) return { periodMs: 0, overdueAt: second };
  return { periodMs, overdueAt: Math.max(second, since + 2 * periodMs) };
}
