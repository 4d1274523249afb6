const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY = '(?<day>[ \\d]?\\d)';
const MONTH = '(?<month>[a-z]{3})';
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';

/** The three forms of RFC 9110, 5.6.7, all in UTC. `Date.parse` takes far more. */
const FORMS = [
  new RegExp(`^[a-z]{3}, ${DAY} ${MONTH} (?<year>\\d{4}) ${TIME} gmt$`, 'i'),
  new RegExp(`^[a-z]+, ${DAY}-${MONTH}-(?<year>\\d{2}) ${TIME} gmt$`, 'i'),
  new RegExp(`^[a-z]{3} ${MONTH} ${DAY} ${TIME} (?<year>\\d{4})$`, 'i'),
];

const HOUR_MAX = 23;
const MINUTE_MAX = 59;
/** a leap second */
const SECOND_MAX = 60;
const YEARS_AHEAD_MAX = 50;

/**
 * An HTTP date in epoch milliseconds; undefined if it is not one. RFC 9110: a year of two digits is
 * the most recent one that is not more than 50 years after `nowMs`.
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return undefined;
  const number = (name: string) => Number(parts[name]);
  const month = MONTHS.indexOf((parts['month'] ?? '').toLowerCase());
  const [hour, minute, second] = [number('hour'), number('minute'), number('second')];
  if (month < 0 || hour > HOUR_MAX || minute > MINUTE_MAX || second > SECOND_MAX) return undefined;
  const at = (year: number) => timeOf({ year, month, day: number('day') }, [hour, minute, second]);
  if (parts['year']?.length === 4) return at(number('year'));
  const century = Math.floor(new Date(nowMs).getUTCFullYear() / 100) * 100;
  const latest = new Date(nowMs);
  latest.setUTCFullYear(latest.getUTCFullYear() + YEARS_AHEAD_MAX);
  return [century + 100, century, century - 100]
    .map((base) => at(base + number('year')))
    .find((time) => time !== undefined && time <= latest.getTime());
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Undefined for a day that the month does not have. */
function timeOf({ year, month, day }: Day, time: readonly [number, number, number]) {
  if (new Date(Date.UTC(year, month, day)).getUTCDate() !== day) return undefined;
  return Date.UTC(year, month, day, ...time);
}
