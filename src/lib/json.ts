/** The value that `JSON.parse` hands to a reviver as third argument (ECMAScript 2026). */
interface ReviverContext {
  readonly source?: string;
}

type Reviver = (key: string, value: unknown, context: ReviverContext) => unknown;

/**
 * Parses JSON, giving integers beyond 2^53 as strings, digit for digit: Gong's ids are 64-bit
 * numbers, and a plain `JSON.parse` rounds them. Throws SyntaxError as `JSON.parse` does.
 */
export function parseJsonKeepingDigits(text: string): unknown {
  const keepDigits: Reviver = (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && isInteger(context.source)
      ? context.source
      : value;
  return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown);
}

function isInteger(source: string | undefined): boolean {
  return source !== undefined && /^-?\d+$/.test(source);
}
