import { inspect } from 'node:util';

const MASK = '•••';
/** Shorter values would blank out ordinary words when they are scrubbed from text. */
const SCRUBBED_LENGTH_MIN = 6;
/** Tokens that run out within hours: by then so many newer ones were handed out. */
const TOKENS_KNOWN_MAX = 10_000;
const known = new Set<string>();
const tokens = new Set<string>();

/** A value that prints as `•••` wherever it ends up by accident: string, JSON, log, inspect. */
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

/** Makes `scrub` blank out this value too: for tokens that a vendor hands out during a run. */
export function rememberSecret(value: string): void {
  if (value.length >= SCRUBBED_LENGTH_MIN) known.add(value);
}

/**
 * As `rememberSecret`, for access tokens of which a process that runs for months gets thousands a
 * night: only the newest are kept.
 */
export function rememberToken(value: string): void {
  if (value.length < SCRUBBED_LENGTH_MIN) return;
  tokens.delete(value);
  tokens.add(value);
  const [oldest] = tokens;
  if (tokens.size > TOKENS_KNOWN_MAX && oldest !== undefined) tokens.delete(oldest);
}

/** The text without any secret of this process: for messages that quote what a vendor answered. */
export function scrub(text: string): string {
  let clean = text;
  for (const values of [known, tokens]) {
    for (const value of values) if (clean.includes(value)) clean = clean.replaceAll(value, MASK);
  }
  return clean;
}
