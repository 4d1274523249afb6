import { scrub } from '../../lib/secret.ts';
import { HTTP_LIMITS } from './limits.ts';

/** Longer than what is quoted, so that no secret is truncated before it is recognized. */
const SCRUBBED_CHARACTERS_MAX = 8_192;

/** A vendor's text for an error message: on one line, without secrets, and truncated. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const clean = scrub(line.slice(0, SCRUBBED_CHARACTERS_MAX));
  return clean.slice(0, HTTP_LIMITS.quotedCharactersMax).toWellFormed();
}
