const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';

/** The three forms of an HTTP date (RFC 9110, 5.6.7), all in UTC. */
const DATE_FORMS = [
  new RegExp(`^[a-z]{3}, (?<day>\\d{2}) (?<month>[a-z]{3}) (?<year>\\d{4}) ${TIME} gmt$`, 'i'),
  new RegExp(`^[a-z]+, (?<day>\\d{2})-(?<month>[a-z]{3})-(?<year>\\d{2}) ${TIME} gmt$`, 'i'),
  new RegExp(`^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`, 'i'),
];

/**
 * The wait that a Retry-After header asks for, in milliseconds from `now` (epoch milliseconds).
 * Gong documents whole seconds; HTTP allows a date as well. Undefined for anything else and for
 * a date that has passed: then the caller's own waits hold.
 */
export function retryAfterMsOf(header: string | undefined, now: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+$/.test(value)) {
    const waitMs = Number(value) * 1_000;
    return Number.isSafeInteger(waitMs) ? waitMs : undefined;
  }
  const at = httpDateOf(value, now);
  return at !== undefined && at >= now ? at - now : undefined;
}

function httpDateOf(value: string, now: number): number | undefined {
  for (const form of DATE_FORMS) {
    const parts = form.exec(value)?.groups;
    if (!parts) continue;
    const month = MONTHS.indexOf((parts['month'] ?? '').toLowerCase());
    if (month < 0) return undefined;
    const [day, hour, minute, second] = [
      parts['day'],
      parts['hour'],
      parts['minute'],
      parts['second'],
    ];
    const year = fullYearOf(parts['year'] ?? '', now);
    return Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second));
  }
  return undefined;
}

/** RFC 9110: a two-digit year more than 50 years ahead means the last century's. */
function fullYearOf(year: string, now: number): number {
  if (year.length > 2) return Number(year);
  const thisYear = new Date(now).getUTCFullYear();
  const guess = thisYear - (thisYear % 100) + Number(year);
  return guess > thisYear + 50 ? guess - 100 : guess;
}
