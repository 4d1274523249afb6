import { createHmac } from 'node:crypto';
import { mailboxOf } from './address.ts';
import { ADDRESS_LIMITS } from './limits.ts';

/** 128 bits: no two people are confused. */
const HASH_HEX_DIGITS = 32;
/** What a text has in place of a forgotten person's address. */
const ERASED = '[erased]';
/** Finds candidates in any text, also in the query of a link. What is one is then decided exactly. */
const ADDRESS_IN_TEXT =
  /[\p{L}\p{N}.!#$&'*+/=?^_`{|}~%-]+(?:@|%40)[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?/giu;
/** `offer for ada@globex.example.pdf` */
const FILE_EXTENSION = /\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|txt|csv|html?|md|png|jpe?g|zip)$/i;
/**
 * What can come before an address in a candidate: nothing, or a character (or its %-escape) that
 * separates words, and then perhaps a quotation mark or a dash. Within a word, `.`, `_`, `-`, `+`, and
 * `'` do not separate: `ann.lee@…` is another person than `lee@…`.
 */
const BEFORE_AN_ADDRESS =
  /(?:^|[^\p{L}\p{N}._+'%-]|%(?!2[57BDE]|5F)[\dA-F]{2})(?:['.+-]|%27)*(?=[\p{L}\p{N}_])/giu;

/** A person's keyed hash; the same for all spellings of one Gmail address. */
export function hashOfPerson(key: string, email: string): string {
  return createHmac('sha256', key).update(mailboxOf(email)).digest('hex').slice(0, HASH_HEX_DIGITS);
}

/** The people of a tenant whose data was erased. Recognizes them without knowing their addresses. */
export class ForgottenPeople {
  static readonly NONE = new ForgottenPeople('', new Set());
  readonly #key: string;
  readonly #hashes: ReadonlySet<string>;

  constructor(key: string, hashes: ReadonlySet<string>) {
    this.#key = key;
    this.#hashes = hashes;
  }

  get isEmpty(): boolean {
    return this.#hashes.size === 0;
  }

  includes(email: string | undefined): boolean {
    return email !== undefined && this.pseudonymOf(email) !== undefined;
  }

  /** What identifies a forgotten person on record; undefined for anyone else. */
  pseudonymOf(email: string): string | undefined {
    if (this.isEmpty) return undefined;
    const hash = hashOfPerson(this.#key, email);
    return this.#hashes.has(hash) ? `forgotten:${hash}` : undefined;
  }

  /** The text with `[erased]` in place of their addresses. */
  scrub(text: string): string {
    if (this.isEmpty || !/@|%40/.test(text)) return text;
    return text.replace(ADDRESS_IN_TEXT, (found) => this.#scrubCandidate(found));
  }

  /** Scrubs every text in a JSON value, names of keys included. */
  scrubJson<Value>(value: Value): Value {
    return this.isEmpty ? value : (this.#scrubValue(value) as Value);
  }

  #scrubValue(value: unknown): unknown {
    if (typeof value === 'string') return this.scrub(value);
    if (Array.isArray(value)) return value.map((item) => this.#scrubValue(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.scrub(key), this.#scrubValue(item)]),
    );
  }

  /**
   * The address can follow other characters, and an extension can follow it:
   * `to=ada@globex.example.pdf`.
   */
  #scrubCandidate(found: string): string {
    const ends = [found.length, found.length - (FILE_EXTENSION.exec(found)?.[0].length ?? 0)];
    const at = found.search(/@|%40/);
    const earliest = Math.max(0, at - ADDRESS_LIMITS.charactersMax);
    for (const { index, 0: before } of found.slice(0, at).matchAll(BEFORE_AN_ADDRESS)) {
      const start = index + before.length;
      if (start < earliest) continue;
      for (const end of new Set(ends)) {
        const address = found.slice(start, end).replace(/%40/, '@');
        if (this.includes(address)) return found.slice(0, start) + ERASED + found.slice(end);
      }
    }
    return found;
  }
}

/** A stored text without them: JSON keeps its form. */
export function scrubStored(text: string, forgotten: ForgottenPeople): string {
  const json = parsed(text);
  if (json === undefined) return forgotten.scrub(text);
  const scrubbed = JSON.stringify(forgotten.scrubJson(json));
  return scrubbed === JSON.stringify(json) ? text : scrubbed;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
