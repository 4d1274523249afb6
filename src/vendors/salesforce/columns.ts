import { salesforceId18 } from './id.ts';
import { isRow, type Row } from './responses.ts';
import { salesforceTime } from './time.ts';

/**
 * Kinds of column as in zod-fields.ts, but without zod, for the rows of which a first sync reads a
 * million. A schema of 26 columns takes three times as long, and leaves 4 kB of garbage per row.
 * Each function returns undefined if the column is absent, null, or unreadable.
 */

/** A record id, in its 18-character form. */
export function readId(value: unknown): string | undefined {
  return typeof value === 'string' ? readOrNothing(salesforceId18, value) : undefined;
}

/** A dateTime, in epoch milliseconds. */
export function readTime(value: unknown): number | undefined {
  return typeof value === 'string' ? readOrNothing(salesforceTime, value) : undefined;
}

export function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function readNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function readFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** The related record of a row. */
export function readParent(value: unknown): Row | undefined {
  return isRow(value) ? value : undefined;
}

function readOrNothing<T>(read: (text: string) => T, text: string): T | undefined {
  try {
    return read(text);
  } catch {
    return undefined;
  }
}
