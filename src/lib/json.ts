/** The third argument that `JSON.parse` passes to a reviver (ECMAScript 2026). */
interface ReviverContext {
  readonly source?: string;
}

type Reviver = (key: string, value: unknown, context: ReviverContext) => unknown;

/**
 * Parses JSON and returns integers beyond 2^53 as strings with every digit: Gong's ids are 64-bit
 * numbers, which `JSON.parse` alone rounds. Throws SyntaxError as `JSON.parse` does.
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
