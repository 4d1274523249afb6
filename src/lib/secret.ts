import { inspect } from 'node:util';

const MASK = '•••';
/** Shorter values would blank out ordinary words when they are scrubbed from text. */
const SCRUBBED_LENGTH_MIN = 6;
const known = new Set<string>();

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

/** The text without any secret of this process: for messages that quote what a vendor answered. */
export function scrub(text: string): string {
  let clean = text;
  for (const value of known) if (clean.includes(value)) clean = clean.replaceAll(value, MASK);
  return clean;
}
