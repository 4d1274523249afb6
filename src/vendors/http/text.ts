import { HTTP_LIMITS } from './limits.ts';

/** A web page, which a proxy or a vendor in maintenance sends instead of JSON. */
export function isHtml(body: unknown): boolean {
  const start = /^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype|html|head|body|!--)/i;
  return typeof body === 'string' && start.test(body);
}

/** Undefined if the body is not JSON: then the status decides. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A vendor's text for an error message: on one line, and truncated. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.slice(0, HTTP_LIMITS.quotedCharactersMax).toWellFormed();
}
