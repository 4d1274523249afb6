import { z } from 'zod';
import { type FaultyRow, faultyRowOf, type ParsedRows } from '../faulty-row.ts';
import { classifyUnreadable } from './classify.ts';
import { errorOf } from './errors.ts';
import type { Page } from './rows.ts';

/** The fields of Google's responses. Google omits an empty field or sends null. */

export const text = z.string();
export const texts = z.array(z.string()).default([]);
export const flag = z.boolean().default(false);
/** an address or a domain, as it is compared */
export const address = z.string().trim().toLowerCase();
/** RFC 3339 with any offset, to epoch milliseconds */
export const time = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value));

/** An empty text counts as absent. */
export const filledText = text.optional().transform(filled);
export const filledDomain = address.optional().transform(filled);
/** an address in the case as given: it is sent, and its reader compares it without case */
export const givenAddress = text.trim().optional().transform(filled);

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

/** A kind of row: its schema, and where its id is. */
export interface RowKind<Row> {
  readonly kind: string;
  readonly schema: (row: unknown) => z.ZodType<Row>;
  readonly idOf: (row: unknown) => string | undefined;
}

/** Rows that are parsed one by one: a faulty one does not affect the others. */
export function rowsOf<Row>(kind: RowKind<Row>) {
  return z.array(z.unknown()).transform((rows) => parseRows(rows, kind));
}

export function parseRows<Row>(raw: readonly unknown[], kind: RowKind<Row>): ParsedRows<Row> {
  const rows: Row[] = [];
  const faulty: FaultyRow[] = [];
  for (const row of raw) {
    const parsed = kind.schema(row).safeParse(row);
    if (parsed.success) rows.push(parsed.data);
    else {
      const id = kind.idOf(row);
      faulty.push(faultyRowOf(kind.kind, row, { id, issues: parsed.error.issues }));
    }
  }
  return { rows, faulty };
}

/** The text at a path of an unparsed row. */
export function textAt(row: unknown, ...path: readonly string[]): string | undefined {
  let value = row;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** One page of a list, from the list and the link to the next page, if any. */
export function pageOf<Row>(
  { rows, faulty }: ParsedRows<Row>,
  nextPageToken: string | undefined,
): Page<Row> {
  return {
    rows,
    ...(nextPageToken && { nextPageToken }),
    ...(faulty.length > 0 && { faulty }),
  };
}
