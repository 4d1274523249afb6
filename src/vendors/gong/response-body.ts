import { parseJsonKeepingDigits } from '../../lib/json.ts';
import { scrub } from '../../lib/secret.ts';
import { isHtml } from '../http/html.ts';
import { isSafeJson } from '../http/json.ts';
import { GONG_LIMITS } from './limits.ts';

/** The fields of a response that are read; Gong may add others at any time. */
export interface ResponseBody {
  readonly requestId?: string;
  readonly integrationId?: string;
  /** Gong's sentences, or the text of a proxy in front of it, truncated */
  readonly errors: readonly string[];
}

/**
 * Reads the body of any response: Gong's `{requestId, errors}` or `{requestId, integrationId}`,
 * another JSON object, a web page, plain text, nothing.
 */
export function readResponseBody(body: string): ResponseBody {
  const json = parsedObject(body);
  if (!json) return { errors: sentencesOf([plainText(body, GONG_LIMITS.pageCharactersMax)]) };
  const requestId = requestIdOf(json['requestId']);
  const integrationId = digitsOf(json['integrationId']);
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(integrationId === undefined ? {} : { integrationId }),
    errors: errorsOf(json),
  };
}

/** Undefined if `body` is not a JSON object. */
export function parsedObject(body: string): Readonly<Record<string, unknown>> | undefined {
  if (!isSafeJson(body)) return undefined;
  try {
    const value = parseJsonKeepingDigits(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

// In addition to Gong's own `errors`: OAuth's form, and the usual forms of gateways.
function errorsOf(json: Readonly<Record<string, unknown>>): readonly string[] {
  const errors = json['errors'];
  if (Array.isArray(errors)) return sentencesOf(errors);
  if (errors !== undefined && errors !== null) return sentencesOf([errors]);
  return sentencesOf([json['error'], json['error_description'], json['message']]);
}

function sentencesOf(values: readonly unknown[]): readonly string[] {
  const present = values.filter((value) => value !== undefined && value !== null);
  const texts = present.slice(0, GONG_LIMITS.errorsMax).map((value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return plainText(text, GONG_LIMITS.errorCharactersMax);
  });
  return texts.filter((text) => text !== '');
}

function plainText(text: string, lengthMax: number): string {
  // Before it is truncated: a part of a secret is not recognized.
  const start = scrub(text).slice(0, GONG_LIMITS.pageReadCharactersMax);
  const words = (isHtml(start) ? withoutMarkup(start) : start).replace(/\s+/g, ' ').trim();
  if (words.length <= lengthMax) return words;
  return `${words.slice(0, lengthMax).toWellFormed()}…`;
}

function withoutMarkup(page: string): string {
  return page
    .replace(/<(script|style)\b[^>]*>[\s\S]*?(?:<\/\1>|$)/gi, ' ')
    .replace(/<[^>]*(?:>|$)/g, ' ');
}

function requestIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return plainText(value, GONG_LIMITS.errorCharactersMax) || undefined;
}

/** Gong's ids have up to 20 digits; those beyond 2^53 are strings already. */
function digitsOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? value : undefined;
}
