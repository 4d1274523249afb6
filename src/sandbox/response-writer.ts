import type { ServerResponse } from 'node:http';
import type { SandboxResponse } from './http-types.ts';

/** 204 and 304 responses have no Content-Length (RFC 9110, 8.6). */
const BODILESS = new Set([204, 304]);

interface WireResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Sends the response with its Content-Length; Node drops the body for HEAD. */
export function writeResponse(target: ServerResponse, response: SandboxResponse): void {
  const { headers, body } = wireResponseOf(response);
  const length = BODILESS.has(response.status) ? {} : { 'content-length': body.length };
  target.writeHead(response.status, { ...headers, ...length });
  target.end(body);
}

/** Announces the full length, sends half of the body, and closes the connection. */
export function truncateResponse(target: ServerResponse, response: SandboxResponse): void {
  const { headers, body } = wireResponseOf(response);
  // Announce one byte if the body is empty, so that something is missing.
  const announced = Math.max(1, body.length);
  target.writeHead(response.status, { ...headers, 'content-length': announced });
  target.flushHeaders();
  target.write(body.subarray(0, Math.floor(body.length / 2)));
  target.socket?.destroySoon();
}

/** Resets the connection (RST) instead of responding, as a broken peer does. */
export function resetConnection(target: ServerResponse): void {
  target.socket?.resetAndDestroy();
}

function wireResponseOf(response: SandboxResponse): WireResponse {
  const isText = typeof response.body === 'string';
  const contentType = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  const headers = lowerCaseNames(response.headers ?? {});
  const text =
    isText || response.body === undefined ? response.body : JSON.stringify(response.body);
  return {
    headers: response.body === undefined ? headers : { 'content-type': contentType, ...headers },
    body: Buffer.from(String(text ?? ''), 'utf8'),
  };
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return Object.fromEntries(pairs);
}
