import { inspect } from 'node:util';
import { secretsIn } from './encoded-secrets.ts';
import { SecretIndex, type TextRange } from './secret-index.ts';

const MASK = '•••';
/** Tokens expire within hours, long before the process receives this many newer ones. */
const TOKENS_KNOWN_MAX = 10_000;
/** Of a PEM: a shorter line is not a secret. */
const LINE_LENGTH_MIN = 16;

const index = new SecretIndex();
const permanent = new Set<string>();
/** in the order of their last use */
const tokens = new Set<string>();

/** A value that prints as `•••` everywhere: as a string, in JSON, in logs, in `inspect`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    rememberSecret(value);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** Registers a configured value for `scrub` to blank out. */
export function rememberSecret(value: string): void {
  for (const form of formsOf(value)) {
    permanent.add(form);
    index.add(form);
  }
}

/**
 * The same for what a vendor issues or what is signed during a run. A process that runs for months
 * receives thousands per night, so only the newest are kept: call it again when a value is used.
 */
export function rememberToken(value: string): void {
  tokens.delete(value);
  tokens.add(value);
  index.add(value);
  const [oldest] = tokens;
  if (tokens.size <= TOKENS_KNOWN_MAX || oldest === undefined) return;
  tokens.delete(oldest);
  if (!permanent.has(oldest)) index.delete(oldest);
}

/**
 * The text without any secret of this process, in any encoding that a vendor or proxy can quote it
 * in. Scrub before you truncate: the beginning of a secret is not recognized.
 */
export function scrub(text: string): string {
  const ranges = secretsIn(text, index);
  if (ranges.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of merged(ranges)) {
    parts.push(text.slice(at, start), MASK);
    at = end;
  }
  return parts.join('') + text.slice(at);
}

/**
 * The parts of a value, also as a form writes spaces, and as its bytes look one by one: escapes of a
 * URL, base64 and hexadecimal encode the bytes of UTF-8.
 */
function formsOf(value: string): Set<string> {
  const parts = partsOf(value);
  const withPluses = parts.map((part) => part.replaceAll(' ', '+'));
  const forms = [...parts, ...withPluses];
  return new Set([...forms, ...forms.map((form) => Buffer.from(form).toString('latin1'))]);
}

/** Without a PEM's frame and line breaks, which are often replaced or dropped. */
function partsOf(value: string): string[] {
  const lines = value.split(/[\r\n]+/).map((line) => line.trim());
  const secret = lines.filter(
    (line) => line.length >= LINE_LENGTH_MIN && !line.startsWith('-----'),
  );
  return lines.length === 1 ? [value] : [value, ...secret];
}

function merged(ranges: readonly TextRange[]): TextRange[] {
  const result: TextRange[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last === undefined || start > last.end) result.push({ start, end });
    else if (end > last.end) result[result.length - 1] = { start: last.start, end };
  }
  return result;
}
