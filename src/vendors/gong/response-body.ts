import { parseJsonKeepingDigits } from '../../lib/json.ts';

const ERRORS_MAX = 20;
const ERROR_LENGTH_MAX = 500;
/** Of an HTML page only the beginning says something: its title and headline. */
const PAGE_LENGTH_MAX = 200;
/** of any text, before its markup is looked at */
const TEXT_READ_MAX = 8_192;

/** The parts of an answer that are read; Gong may add others at any time. */
export interface ResponseBody {
  readonly requestId?: string;
  readonly integrationId?: string;
  /** Gong's sentences, or what a proxy in front of it wrote, cut short */
  readonly errors: readonly string[];
}

/**
 * Reads the body of any answer: Gong's `{requestId, errors}` or `{requestId, integrationId}`,
 * another JSON form, an HTML page, plain text, nothing.
 */
export function readResponseBody(body: string): ResponseBody {
  const json = parsedObject(body);
  if (!json) return { errors: sentences([plainText(body, PAGE_LENGTH_MAX)]) };
  const requestId = json['requestId'];
  const integrationId = digitsOf(json['integrationId']);
  return {
    ...(typeof requestId === 'string' && requestId !== '' ? { requestId } : {}),
    ...(integrationId === undefined ? {} : { integrationId }),
    errors: errorsOf(json),
  };
}

/** The JSON object in `body`; undefined where there is none. */
export function parsedObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJsonKeepingDigits(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

// Beside Gong's own `errors`: OAuth's and the usual forms of gateways.
function errorsOf(json: Readonly<Record<string, unknown>>): readonly string[] {
  const errors = json['errors'];
  if (Array.isArray(errors)) return sentences(errors);
  if (errors !== undefined && errors !== null) return sentences([errors]);
  return sentences([json['error'], json['error_description'], json['message']]);
}

function sentences(values: readonly unknown[]): readonly string[] {
  const given = values.filter((value) => value !== undefined && value !== null);
  const texts = given.slice(0, ERRORS_MAX).map((value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return plainText(text, ERROR_LENGTH_MAX);
  });
  return texts.filter((text) => text !== '');
}

function plainText(text: string, lengthMax: number): string {
  const start = text.slice(0, TEXT_READ_MAX);
  const isPage = /<(?:!doctype|html|head|body)\b/i.test(start);
  const words = (isPage ? withoutMarkup(start) : start).replace(/\s+/g, ' ').trim();
  if (words.length <= lengthMax) return words;
  return `${words.slice(0, lengthMax).toWellFormed()}…`;
}

function withoutMarkup(page: string): string {
  return page
    .replace(/<(script|style)\b[^>]*>[\s\S]*?(?:<\/\1>|$)/gi, ' ')
    .replace(/<[^>]*(?:>|$)/g, ' ');
}

/** Gong's ids have up to 20 digits; those beyond 2^53 come as strings already. */
function digitsOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? value : undefined;
}
