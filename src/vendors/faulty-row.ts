import type { z } from 'zod';
import { hexDigest } from '../lib/hex-digest.ts';

/** A row of a vendor's response that cannot be read. */
export interface FaultyRow {
  /** the vendor's kind of record: `activity`, `file`, `Contact`, … */
  readonly kind: string;
  /** the vendor's id, or a digest of the row */
  readonly id: string;
  /** the fields and what is wrong with each; contains no value, which may name a person */
  readonly problem: string;
  /** as the vendor sent it */
  readonly row: unknown;
}

/** Rows of one list, each parsed on its own. */
export interface ParsedRows<Row> {
  readonly rows: readonly Row[];
  readonly faulty: readonly FaultyRow[];
}

const DIGEST_DIGITS = 12;

export function faultyRowOf(
  kind: string,
  row: unknown,
  given: { readonly id: string | undefined; readonly issues: readonly z.core.$ZodIssue[] },
): FaultyRow {
  const problems = given.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  return { kind, id: given.id || digestOf(row), problem: problems.join('; '), row };
}

function digestOf(row: unknown): string {
  const text = JSON.stringify(row) ?? '';
  return `without-id-${hexDigest(text, DIGEST_DIGITS)}`;
}
