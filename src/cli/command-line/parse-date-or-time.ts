import { isOnCalendar } from '../../lib/calendar.ts';
import { UserError } from '../../lib/errors.ts';
import { firstMoment } from '../../lib/local-time.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** ISO-8601; without an offset or Z, a time in the tenant's timezone */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
/** No share is older than 1970, and vendors refuse years such as 0001. */
const EARLIEST = 0;

/**
 * Epoch milliseconds of a date (its first moment in `timezone`, an IANA name) or of an ISO-8601
 * time. A time without an offset is the first moment at which clocks in `timezone` show it. An
 * earlier moment than 1970 counts as 1970. Throws UserError for anything else.
 */
export function parseWhen(text: string, timezone: string): number {
  const time = TIME.exec(text);
  if (!time && !DATE.test(text)) throw neither(text);
  const hasOffset = time?.[1] !== undefined;
  // Date.parse reads a date as UTC, but a time without an offset in this machine's timezone.
  const moment = Date.parse(time && !hasOffset ? `${text}Z` : text);
  if (!isOnCalendar(text) || Number.isNaN(moment)) throw impossible(text);
  return Math.max(EARLIEST, hasOffset ? moment : firstMoment(timezone, moment));
}

function neither(text: string): UserError {
  return new UserError(`"${text}" is neither a date nor a time`, {
    hint:
      'Write a date such as 2026-11-01, or a time such as 2026-11-01T09:00. Both are in the ' +
      "tenant's timezone. For another one, add its offset: 2026-11-01T09:00Z or 2026-11-01T09:00-05:00.",
  });
}

function impossible(text: string): UserError {
  return new UserError(`"${text}" does not exist: no such day or time`, {
    hint: 'Months are 01 to 12, days end with the month, and times are 00:00 to 23:59:59.',
  });
}
