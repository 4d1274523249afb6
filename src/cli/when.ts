import { UserError } from '../lib/errors.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
/** ISO-8601 with the offset or Z: without one, nobody knows which moment is meant */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * The moment that a person named: a date (its first moment in `timezone`, an IANA name) or an
 * ISO-8601 time. Epoch milliseconds. Throws UserError for anything else.
 */
export function parseWhen(text: string, timezone: string): number {
  const date = DATE.exec(text);
  const moment = date ? startOfDay(date.slice(1).map(Number), timezone) : Date.parse(text);
  if ((date || TIME.test(text)) && !Number.isNaN(moment)) return moment;
  throw new UserError(`"${text}" is neither a date nor a time`, {
    hint: 'Write a date such as 2026-11-01, or a time with its offset: 2026-11-01T09:00:00Z.',
  });
}

/** NaN where the calendar has no such day. */
function startOfDay(parts: readonly number[], timezone: string): number {
  const [year = 0, month = 0, day = 0] = parts;
  const midnight = Date.UTC(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day) return Number.NaN;
  // The offset a day before and a day after: they differ only around a clock change, and then the
  // first candidate whose wall clock shows that day is its first moment.
  const dayMs = 24 * 60 * 60 * 1000;
  const offsets = [midnight - dayMs, midnight + dayMs].map((at) => offsetAt(at, timezone));
  const candidates = offsets.map((offset) => midnight - offset).sort((a, b) => a - b);
  return candidates.find((at) => at + offsetAt(at, timezone) >= midnight) ?? midnight;
}

/** How far the zone's wall clock is ahead of UTC at that moment, in milliseconds. */
function offsetAt(at: number, timezone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    timeZoneName: 'longOffset',
  });
  const name = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name);
  if (!match) return 0;
  const [, sign, hours, minutes, seconds = '0'] = match;
  const total = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (sign === '-' ? -total : total) * 1000;
}
