import type { IncomingMessage } from 'node:http';
import type { SandboxRequest } from './http-types.ts';

/** Why a request is rejected before it reaches a vendor. */
export interface RejectedRequest {
  readonly status: number;
  readonly message: string;
}

const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Reads a complete request, with its body as UTF-8. Accepts only requests to a loopback host:
 * otherwise, a web page elsewhere could reach this port through its own host name (DNS rebinding).
 * The promise rejects if the client disconnects in the middle of the body.
 */
export async function readRequest(
  message: IncomingMessage,
  bodyBytesMax: number,
): Promise<SandboxRequest | RejectedRequest> {
  const target = message.url ?? '';
  const host = message.headers.host ?? '';
  const origin = `http://${host}`;
  if (!URL.canParse(origin) || !LOOPBACK_HOSTS.has(new URL(origin).hostname))
    return { status: 403, message: 'only loopback hosts are served' };
  if (!target.startsWith('/') || !URL.canParse(origin + target))
    return { status: 400, message: 'the request target must be a path' };
  if (message.headers['content-encoding'] !== undefined)
    return { status: 415, message: 'encoded bodies are not supported' };
  const body = await readBody(message, bodyBytesMax);
  if (body === undefined)
    return { status: 413, message: `the body is larger than ${bodyBytesMax} bytes` };
  const url = new URL(origin + target);
  return {
    method: message.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: headersOf(message),
    body,
    origin: url.origin,
    headBytes: headBytesOf(message),
  };
}

async function readBody(message: IncomingMessage, bytesMax: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headersOf(message: IncomingMessage): Readonly<Record<string, string | undefined>> {
  const pairs = Object.entries(message.headers).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value] as const,
  );
  return Object.fromEntries(pairs);
}

function headBytesOf(message: IncomingMessage): number {
  const parts = [message.url ?? '', ...message.rawHeaders];
  return parts.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0);
}
