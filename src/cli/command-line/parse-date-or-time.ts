import { UserError } from '../../lib/errors.ts';
import { firstMoment } from '../../scheduler/local-time.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
/** ISO-8601 with an offset or Z: without one, the time is ambiguous */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * Epoch milliseconds of a date (its first moment in `timezone`, an IANA name) or of an ISO-8601
 * time. Throws UserError for anything else.
 */
export function parseWhen(text: string, timezone: string): number {
  const date = DATE.exec(text);
  const moment = date ? startOfDay(date.slice(1).map(Number), timezone) : Date.parse(text);
  if ((date || TIME.test(text)) && !Number.isNaN(moment)) return moment;
  throw new UserError(`"${text}" is neither a date nor a time`, {
    hint: 'Write a date such as 2026-11-01, or a time with its offset: 2026-11-01T09:00:00Z.',
  });
}

/** NaN if the calendar has no such day. */
function startOfDay(parts: readonly number[], timezone: string): number {
  const [year = 0, month = 0, day = 0] = parts;
  const midnight = Date.UTC(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day) return Number.NaN;
  return firstMoment(timezone, midnight);
}
