const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A formatter takes some 50 kB; a service of many tenants still has few timezones. */
const FORMATTERS_MAX = 100;
const formatters = new Map<string, Intl.DateTimeFormat>();
const FORMATTED = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/;

/**
 * What a clock on the wall of an IANA timezone shows at `at` (epoch milliseconds): the epoch
 * milliseconds of the same date and time in UTC. Throws RangeError where there is no such timezone.
 */
export function localTime(timezone: string, at: number): number {
  const text = formatterFor(timezone).format(at);
  const [, month, day, year, hour, minute, second] = FORMATTED.exec(text)?.map(Number) ?? [];
  if (month === undefined || second === undefined) throw new Error(`no date and time: ${text}`);
  const seconds = Date.UTC(Number(year), month - 1, day, hour, minute, second);
  return seconds + (at - Math.floor(at / 1_000) * 1_000);
}

/**
 * The first moment at which the clock on the wall shows `local` or later: of a time that comes
 * twice in autumn the first, of one that spring leaves out the moment of the change.
 */
export function firstMoment(timezone: string, local: number): number {
  const before = offset(timezone, local - DAY_MS);
  const after = offset(timezone, local + DAY_MS);
  const byOld = local - before;
  if (before === after || localTime(timezone, byOld) === local) return byOld;
  const byNew = local - after;
  if (localTime(timezone, byNew) === local) return byNew;
  return changeBetween(timezone, byNew, byOld);
}

/** How much further the wall's clock had got before it was set back, if that was within a day. */
export function setBackMs(timezone: string, at: number): number {
  return Math.max(0, offset(timezone, at - DAY_MS) - offset(timezone, at));
}

/** The minute at which the offset changes: after `low`, at the latest at `high`. */
function changeBetween(timezone: string, low: number, high: number): number {
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
  // Calendar and digits are named, so that the machine's locale has no say.
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
