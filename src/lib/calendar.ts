/** `2026-11-01` at the start of a date or an ISO-8601 time, with the time's hour if it has one. */
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}))?/;

/**
 * True if the calendar has this day: `Date.parse` moves 2026-02-30 into March, and 24:00 to the next
 * day. Checks the rest of the text no further.
 */
export function isOnCalendar(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0] = match.slice(1, 4).map(Number);
  const date = new Date(0);
  // Not Date.UTC, which takes the year 26 for 1926.
  date.setUTCFullYear(year, month - 1, day);
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDay && Number(match[4] ?? 0) < 24;
}
