import type { TextResponse } from '../http/http-message.ts';

/** One GET of a batch. */
export interface BatchPart {
  /** path and query: Google accepts no host here */
  readonly target: string;
  readonly token: string;
}

export interface BatchMessage {
  readonly contentType: string;
  readonly body: string;
}

/** No line of a part begins with two hyphens, so that none can be taken for a delimiter. */
const BOUNDARY = 'sharetrail_batch';
/** What an HTTP header or a request line may contain. */
const ONE_LINE = /^[\x21-\x7e]+$/;
/** RFC 2046: quoted if it has characters that a token must not have */
const BOUNDARY_PARAMETER = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i;
const STATUS_LINE = /^HTTP\/\d(?:\.\d)? ([1-5]\d\d)(?: .*)?$/;
/** Google puts `response-` before the id of the request. */
const RESPONSE_ID = /^<?response-item(\d+)>?$/;

/** False if a token or id could add lines of its own to the message. */
export function fitsInBatch({ target, token }: BatchPart): boolean {
  return ONE_LINE.test(target) && ONE_LINE.test(token);
}

/**
 * Drive guide, "Batch requests": each part is a request with its own Authorization. Its place in the
 * list is its id.
 */
export function writeBatch(parts: readonly BatchPart[]): BatchMessage {
  const texts = parts.map(
    ({ target, token }, index) =>
      `--${BOUNDARY}\r\ncontent-type: application/http\r\ncontent-id: <item${index}>\r\n\r\n` +
      `GET ${target} HTTP/1.1\r\nauthorization: Bearer ${token}\r\naccept: application/json\r\n\r\n`,
  );
  return {
    contentType: `multipart/mixed; boundary=${BOUNDARY}`,
    body: `${texts.join('')}--${BOUNDARY}--\r\n`,
  };
}

/**
 * The responses by the place of their request; undefined if the message is not a batch. Omits parts
 * that are missing, cut, not HTTP, or ambiguous: their requests have no known outcome.
 */
export function parseBatch(
  contentType: string | undefined,
  body: string,
): Map<number, TextResponse> | undefined {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return undefined;
  const responses = new Map<number, TextResponse>();
  const ambiguous = new Set<number>();
  for (const part of partsOf(body, boundary)) {
    const found = responseIn(part);
    if (found === undefined) continue;
    if (responses.has(found.index)) ambiguous.add(found.index);
    responses.set(found.index, found.response);
  }
  for (const index of ambiguous) responses.delete(index);
  return responses;
}

function boundaryOf(contentType = ''): string | undefined {
  if (!/^multipart\/mixed\s*;/i.test(contentType)) return undefined;
  const [, quoted, plain] = BOUNDARY_PARAMETER.exec(contentType) ?? [];
  return quoted ?? plain;
}

/** The complete parts. What follows the last delimiter may be cut. */
function partsOf(body: string, boundary: string): string[] {
  const pieces = `\n${body}`.split(`\n--${boundary}`);
  const parts: string[] = [];
  for (const piece of pieces.slice(1, -1)) {
    if (piece.startsWith('--')) break;
    const lineEnd = /^[ \t]*\r?\n/.exec(piece)?.[0];
    // The line break before a delimiter belongs to the delimiter.
    if (lineEnd !== undefined) parts.push(piece.slice(lineEnd.length).replace(/\r$/, ''));
  }
  return parts;
}

function responseIn(
  part: string,
): { readonly index: number; readonly response: TextResponse } | undefined {
  const outer = splitHead(part);
  const [, id] = RESPONSE_ID.exec(headersOf(outer.lines)['content-id'] ?? '') ?? [];
  const { lines, rest } = splitHead(outer.rest);
  const [statusLine = '', ...headerLines] = lines;
  const [, status] = STATUS_LINE.exec(statusLine) ?? [];
  if (id === undefined || status === undefined) return undefined;
  const response = { status: Number(status), headers: headersOf(headerLines), body: rest };
  return { index: Number(id), response };
}

/** The lines up to the first empty one, and the text after it. */
function splitHead(text: string): { readonly lines: readonly string[]; readonly rest: string } {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const rest = end === null ? '' : text.slice(end.index + end[0].length);
  return { lines: head.split(/\r?\n/), rest };
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0)
      headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}
