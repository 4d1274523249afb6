import { z } from 'zod';
import { classifyUnreadable } from './classify.ts';
import { errorOf } from './errors.ts';
import type { Page } from './rows.ts';

/** Parts of Google's answers. An empty field is left out or null, as Google does either. */

export const text = z.string();
export const texts = z.array(z.string()).default([]);
export const flag = z.boolean().default(false);
/** an address or a domain */
export const address = z.string().trim().toLowerCase();
/** RFC 3339 with any offset, to epoch milliseconds */
export const time = z.iso.datetime({ offset: true }).transform((given) => Date.parse(given));

/**
 * Reads the body of a good answer. Throws a RetryableError where it is not what was asked for:
 * half an answer, or somebody else's.
 */
export function readerOf<Row>(schema: z.ZodType<Row>): (body: unknown) => Row {
  return (body) => {
    dropNulls(body);
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw errorOf(classifyUnreadable(body));
    return parsed.data;
  };
}

/** In place: nobody else has the body, and a copy of a page of files would be as large again. */
function dropNulls(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, field] of Object.entries(value)) {
    if (field === null && !Array.isArray(value)) delete (value as Record<string, unknown>)[key];
    else dropNulls(field);
  }
}

/** An empty token is none. */
export function pageOf<Row>(rows: readonly Row[], nextPageToken: string | undefined): Page<Row> {
  return nextPageToken ? { rows, nextPageToken } : { rows };
}
