import { SALESFORCE_LIMITS } from './limits.ts';

const SECOND_MS = 1_000;

/**
 * A SOQL text literal. The backslash is escaped first, then the quote: SOQL refuses any other
 * backslash. Half of a surrogate pair is invalid in a URL and becomes U+FFFD.
 */
export function soqlString(value: string): string {
  const escaped = value.toWellFormed().replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `'${escaped}'`;
}

/**
 * A SOQL dateTime literal of `ms` (epoch milliseconds), rounded down to the second: Salesforce
 * ignores milliseconds in comparisons.
 */
export function soqlDateTime(ms: number): string {
  return new Date(Math.floor(ms / SECOND_MS) * SECOND_MS).toISOString().replace('.000Z', 'Z');
}

/** `field IN ('…', …)`. Throws on an empty list: SOQL has none, and must not run unfiltered. */
export function soqlIn(field: string, values: readonly string[]): string {
  if (values.length === 0) throw new Error(`nothing to compare ${field} with`);
  return `${field} IN (${values.map(soqlString).join(',')})`;
}

/** Splits the values of a long IN list into lists that each fit in one query of a batch. */
export function chunkValues(values: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let chunk: string[] = [];
  let characters = 0;
  for (const value of values) {
    const length = soqlString(value).length + 1;
    const full =
      chunk.length >= SALESFORCE_LIMITS.valuesPerQueryMax ||
      characters + length > SALESFORCE_LIMITS.valueCharactersPerQueryMax;
    if (full && chunk.length > 0) {
      chunks.push(chunk);
      chunk = [];
      characters = 0;
    }
    chunk.push(value);
    characters += length;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}
