import type { LogFields } from '../../lib/log.ts';

/** longer text is truncated, such as a vendor's response in an error */
const TEXT_LENGTH_MAX = 8_192;
const ITEMS_MAX = 100;
const DEPTH_MAX = 6;
/** the names that the log line itself uses */
const RESERVED: ReadonlySet<string> = new Set(['level', 'time', 'msg']);

/**
 * Plain data for a log line, from any values: `clean` is applied to all text, errors have their
 * causes, sizes are limited, and no name equals one of the line's own.
 */
export function cleanFields(
  fields: LogFields,
  clean: (text: string) => string,
): Record<string, unknown> {
  const cleaned = cleanRecord(fields, { clean, depth: 0 });
  for (const name of RESERVED) {
    if (!Object.hasOwn(cleaned, name)) continue;
    cleaned[`${name}_`] = cleaned[name];
    delete cleaned[name];
  }
  return cleaned;
}

interface CleanOptions {
  readonly clean: (text: string) => string;
  readonly depth: number;
}

function cleanRecord(record: object, options: CleanOptions): Record<string, unknown> {
  const entries = Object.entries(record).slice(0, ITEMS_MAX);
  return Object.fromEntries(
    entries.map(([name, value]) => [options.clean(name), cleanValue(value, options)]),
  );
}

function cleanValue(value: unknown, { clean, depth }: CleanOptions): unknown {
  switch (typeof value) {
    case 'string':
      return cleanText(value, clean);
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : cleanObject(value, { clean, depth: depth + 1 });
    case 'function':
    case 'symbol':
      return clean(`[${typeof value}]`);
    default:
      return value;
  }
}

function cleanObject(value: object, options: CleanOptions): unknown {
  if (options.depth > DEPTH_MAX) return '[deeper]';
  if (value instanceof Error) return cleanError(value, options);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Map) return cleanRecord(Object.fromEntries(value), options);
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, ITEMS_MAX).map((item) => cleanValue(item, options));
  }
  // A Secret or a URL: its JSON form is the one to show.
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return cleanValue(value.toJSON(), options);
  }
  return cleanRecord(value, options);
}

function cleanError(error: Error, options: CleanOptions): Record<string, unknown> {
  const { clean } = options;
  return {
    ...cleanRecord(error, options),
    name: clean(error.name),
    message: cleanText(error.message, clean),
    ...(error.stack === undefined ? {} : { stack: cleanText(error.stack, clean) }),
    ...(error.cause === undefined ? {} : { cause: cleanValue(error.cause, options) }),
  };
}

function cleanText(text: string, clean: (text: string) => string): string {
  const cleaned = clean(text);
  return cleaned.length <= TEXT_LENGTH_MAX ? cleaned : `${cleaned.slice(0, TEXT_LENGTH_MAX)}…`;
}
