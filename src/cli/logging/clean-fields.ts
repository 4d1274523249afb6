import type { LogFields } from '../../lib/log.ts';

/** a vendor's answer quoted in a log line is cut here */
const TEXT_LENGTH_MAX = 8_192;
const ITEMS_MAX = 100;
const DEPTH_MAX = 6;
/** the names that the log line itself uses */
const RESERVED: ReadonlySet<string> = new Set(['level', 'time', 'msg']);

/**
 * Plain data for a log line, whatever was given: every text passed through `clean`, errors with
 * their causes, nothing endless, no name that would double one of the line's own.
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

interface Cleaning {
  readonly clean: (text: string) => string;
  readonly depth: number;
}

function cleanRecord(record: object, cleaning: Cleaning): Record<string, unknown> {
  const entries = Object.entries(record).slice(0, ITEMS_MAX);
  return Object.fromEntries(
    entries.map(([name, value]) => [cleaning.clean(name), cleanValue(value, cleaning)]),
  );
}

function cleanValue(value: unknown, { clean, depth }: Cleaning): unknown {
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

function cleanObject(value: object, cleaning: Cleaning): unknown {
  if (cleaning.depth > DEPTH_MAX) return '[deeper]';
  if (value instanceof Error) return cleanError(value, cleaning);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Map) return cleanRecord(Object.fromEntries(value), cleaning);
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, ITEMS_MAX).map((item) => cleanValue(item, cleaning));
  }
  // A Secret, a URL: what stands for it in JSON is the value meant to be seen.
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return cleanValue(value.toJSON(), cleaning);
  }
  return cleanRecord(value, cleaning);
}

function cleanError(error: Error, cleaning: Cleaning): Record<string, unknown> {
  const { clean } = cleaning;
  return {
    ...cleanRecord(error, cleaning),
    name: clean(error.name),
    message: cleanText(error.message, clean),
    ...(error.stack === undefined ? {} : { stack: cleanText(error.stack, clean) }),
    ...(error.cause === undefined ? {} : { cause: cleanValue(error.cause, cleaning) }),
  };
}

function cleanText(text: string, clean: (text: string) => string): string {
  const cleaned = clean(text);
  return cleaned.length <= TEXT_LENGTH_MAX ? cleaned : `${cleaned.slice(0, TEXT_LENGTH_MAX)}…`;
}
