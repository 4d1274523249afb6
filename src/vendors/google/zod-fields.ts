import { z } from 'zod';
import { classifyUnreadable } from './classify.ts';
import { errorOf } from './errors.ts';
import type { Page } from './rows.ts';

/** The fields of Google's responses. Google omits an empty field or sends null. */

export const text = z.string();
export const texts = z.array(z.string()).default([]);
export const flag = z.boolean().default(false);
/** an address or a domain */
export const address = z.string().trim().toLowerCase();
/** RFC 3339 with any offset, to epoch milliseconds */
export const time = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value));

/** An empty text counts as absent. */
export const filledText = text.optional().transform(filled);
export const filledAddress = address.optional().transform(filled);

function filled(value: string | undefined): string | undefined {
  return value || undefined;
}

/**
 * Reads the body of a success. Throws a RetryableError if it is not the requested one: truncated,
 * or from another server.
 */
export function readerOf<Row>(schema: z.ZodType<Row>): (body: unknown) => Row {
  return (body) => {
    dropNulls(body);
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw errorOf(classifyUnreadable(body));
    return parsed.data;
  };
}

/** In place: nothing else holds the body, and a copy of a page of files would be as large again. */
function dropNulls(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, field] of Object.entries(value)) {
    if (field === null && !Array.isArray(value)) delete (value as Record<string, unknown>)[key];
    else dropNulls(field);
  }
}

/** One page of a list, from the list and the link to the next page, if any. */
export function pageOf<Row>(rows: readonly Row[], nextPageToken: string | undefined): Page<Row> {
  return nextPageToken ? { rows, nextPageToken } : { rows };
}
