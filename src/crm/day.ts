const DAY_MS = 24 * 60 * 60 * 1000;
const QUARTER_MS = 15 * 60 * 1000;
let last = { quarter: Number.NaN, timezone: '', day: '' };
/** One per timezone: creating a formatter costs more than using it a thousand times. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * The calendar day, YYYY-MM-DD, that `at` (epoch milliseconds) falls on in an IANA timezone.
 * Throws RangeError if the timezone is unknown.
 */
export function dayInTimezone(at: number, timezone: string): string {
  // Offsets are multiples of a quarter of an hour, so no day ends within one. Shares arrive in time
  // order, so the last result is usually the right one.
  const quarter = Math.floor(at / QUARTER_MS);
  if (last.quarter !== quarter || last.timezone !== timezone) {
    last = { quarter, timezone, day: formatDay(at, timezone) };
  }
  return last.day;
}

function formatDay(at: number, timezone: string): string {
  const parts = formatterFor(timezone).formatToParts(at);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

/** The calendar day before `day`; both are YYYY-MM-DD. */
export function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
}

function formatterFor(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known) return known;
  // Names the calendar and digits explicitly, so that the machine's locale does not matter.
  const formatter = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  formatters.set(timezone, formatter);
  return formatter;
}
