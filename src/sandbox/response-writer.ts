import type { ServerResponse } from 'node:http';
import type { SandboxResponse } from './http-types.ts';

/** No Content and Not Modified promise no length (RFC 9110, 8.6). */
const BODILESS = new Set([204, 304]);

interface WireResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Sends the answer with its length; to HEAD, the length alone. */
export function writeResponse(response: ServerResponse, answer: SandboxResponse): void {
  const { headers, body } = wireResponseOf(answer);
  const length = BODILESS.has(answer.status) ? {} : { 'content-length': body.length };
  response.writeHead(answer.status, { ...headers, ...length });
  response.end(body);
}

/** Promises the whole length, sends half of the body, and ends the connection. */
export function truncateResponse(response: ServerResponse, answer: SandboxResponse): void {
  const { headers, body } = wireResponseOf(answer);
  // Of an empty body nothing could be missing: promise one byte.
  const promised = Math.max(1, body.length);
  response.writeHead(answer.status, { ...headers, 'content-length': promised });
  response.flushHeaders();
  response.write(body.subarray(0, Math.floor(body.length / 2)));
  response.socket?.destroySoon();
}

/** Ends the connection with a reset (RST), as a broken peer does, in place of an answer. */
export function resetConnection(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function wireResponseOf(answer: SandboxResponse): WireResponse {
  const isText = typeof answer.body === 'string';
  const contentType = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  const given = lowerCaseNames(answer.headers ?? {});
  const text = isText || answer.body === undefined ? answer.body : JSON.stringify(answer.body);
  return {
    headers: answer.body === undefined ? given : { 'content-type': contentType, ...given },
    body: Buffer.from(String(text ?? ''), 'utf8'),
  };
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return Object.fromEntries(pairs);
}
