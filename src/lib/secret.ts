import { inspect } from 'node:util';

const MASK = '•••';
/** Scrubbing shorter values would blank out ordinary words. */
const SCRUBBED_LENGTH_MIN = 6;
/** Access tokens expire within hours, long before the process receives this many newer ones. */
const TOKENS_KNOWN_MAX = 10_000;
const known = new Set<string>();
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

/** Registers a value for `scrub` to blank out, such as a token that a vendor issues during a run. */
export function rememberSecret(value: string): void {
  if (value.length >= SCRUBBED_LENGTH_MIN) known.add(value);
}

/**
 * The same for access tokens. A process that runs for months receives thousands per night, so only
 * the newest are kept.
 */
export function rememberToken(value: string): void {
  if (value.length < SCRUBBED_LENGTH_MIN) return;
  tokens.delete(value);
  tokens.add(value);
  const [oldest] = tokens;
  if (tokens.size > TOKENS_KNOWN_MAX && oldest !== undefined) tokens.delete(oldest);
}

/** The text without any secret of this process, for messages that quote a vendor's response. */
export function scrub(text: string): string {
  let clean = text;
  for (const values of [known, tokens]) {
    for (const value of values) if (clean.includes(value)) clean = clean.replaceAll(value, MASK);
  }
  return clean;
}
