const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A formatter takes about 50 kB. Even many tenants have few timezones. */
const FORMATTERS_MAX = 100;
const formatters = new Map<string, Intl.DateTimeFormat>();
const FORMATTED = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/;

/**
 * The wall-clock time of an IANA timezone at `at` (epoch milliseconds), represented as the epoch
 * milliseconds of the same date and time in UTC. Throws RangeError if the timezone is unknown.
 */
export function localTime(timezone: string, at: number): number {
  const text = formatterFor(timezone).format(at);
  const [, month, day, year, hour, minute, second] = FORMATTED.exec(text)?.map(Number) ?? [];
  if (month === undefined || second === undefined) throw new Error(`no date and time: ${text}`);
  const seconds = Date.UTC(Number(year), month - 1, day, hour, minute, second);
  return seconds + (at - Math.floor(at / 1_000) * 1_000);
}

/**
 * The first moment at which the wall clock shows `local` or later: the first occurrence of a time
 * that daylight saving repeats, and the transition for a time that it skips.
 */
export function firstMoment(timezone: string, local: number): number {
  const before = offset(timezone, local - DAY_MS);
  const after = offset(timezone, local + DAY_MS);
  const byOld = local - before;
  if (before === after || localTime(timezone, byOld) === local) return byOld;
  const byNew = local - after;
  if (localTime(timezone, byNew) === local) return byNew;
  return offsetChange(timezone, byNew, byOld);
}

/** How far the wall clock was set back within the last day, if it was. */
export function setBackMs(timezone: string, at: number): number {
  return Math.max(0, offset(timezone, at - DAY_MS) - offset(timezone, at));
}

/** The minute at which the offset changes, after `low` and not after `high`. */
function offsetChange(timezone: string, low: number, high: number): number {
  const changed = offset(timezone, high);
  let unchangedAt = low;
  let changedAt = high;
  while (changedAt - unchangedAt > MINUTE_MS) {
    const minutes = Math.floor((changedAt - unchangedAt) / 2 / MINUTE_MS);
    const middle = unchangedAt + minutes * MINUTE_MS;
    if (offset(timezone, middle) === changed) changedAt = middle;
    else unchangedAt = middle;
  }
  return changedAt;
}

function offset(timezone: string, at: number): number {
  return localTime(timezone, at) - at;
}

function formatterFor(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known) return known;
  if (formatters.size >= FORMATTERS_MAX) formatters.clear();
  // Names the calendar and digits explicitly, so that the machine's locale does not matter.
  const formatter = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(timezone, formatter);
  return formatter;
}
