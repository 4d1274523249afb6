import { HTTP_LIMITS } from './limits.ts';

/** A vendor's text for an error message: on one line, and truncated. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.slice(0, HTTP_LIMITS.quotedCharactersMax).toWellFormed();
}
