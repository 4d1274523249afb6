import type { SandboxRequest, SandboxResponse } from '../http-types.ts';
import { ApiError, errorResponse, forbidden } from './responses.ts';

export const BATCH_PATH = '/batch/drive/v3';

/** Drive guide, "Batch requests". */
const CALLS_MAX = 100;
const BOUNDARY = 'batch_sandbox';

interface InnerCall {
  readonly id: string;
  readonly request: SandboxRequest;
}

/**
 * Responds to each call of a batch with `respond`, as if it had come alone. Google guarantees no order:
 * the responses come in reverse. Throws ApiError if the message is not a batch.
 */
export function handleBatch(
  outer: SandboxRequest,
  respond: (inner: SandboxRequest) => SandboxResponse,
): SandboxResponse {
  const calls = callsIn(outer);
  const parts = calls.map(({ id, request }, index) =>
    writePart(id, index < CALLS_MAX ? respond(request) : beyondLimit()),
  );
  return {
    status: 200,
    headers: { 'content-type': `multipart/mixed; boundary=${BOUNDARY}` },
    body: `${parts.toReversed().join('')}--${BOUNDARY}--\r\n`,
  };
}

function beyondLimit(): SandboxResponse {
  const message = 'Exceeds allowed inner batch requests soft limit. Please retry.';
  return errorResponse(forbidden('forbidden', message));
}

function callsIn(outer: SandboxRequest): InnerCall[] {
  const type = outer.headers['content-type'] ?? '';
  const [, boundary] = /^multipart\/mixed; *boundary="?([^";]+)"?/.exec(type) ?? [];
  if (boundary === undefined) throw badBatch('Missing or invalid boundary in multipart body.');
  const [, ...parts] = outer.body.split(`--${boundary}`);
  const end = parts.pop();
  if (!end?.startsWith('--') || parts.length === 0)
    throw badBatch('Failed to parse batch request.');
  return parts.map((part) => callIn(outer, part));
}

/** Headers of the batch apply to each call, except for those that describe its content. */
function callIn(outer: SandboxRequest, part: string): InnerCall {
  const [partHead = '', requestHead = ''] = part.trimStart().split('\r\n\r\n');
  const [, id] = /^content-id: *<(.+)>$/im.exec(partHead) ?? [];
  const [requestLine = '', ...lines] = requestHead.split('\r\n');
  const [, method, target] = /^([A-Z]+) (\/\S*) HTTP\/1\.1$/.exec(requestLine) ?? [];
  if (id === undefined || method === undefined || target === undefined)
    throw badBatch(
      'Failed to parse a request of the batch: it needs an id, and a path without a host.',
    );
  const pairs = lines
    .map((line) => line.split(/: */, 2))
    .map(([name = '', value = '']) => [name.toLowerCase(), value]);
  const { authorization } = outer.headers;
  const url = new URL(target, outer.origin);
  const request = {
    ...outer,
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: { authorization, ...Object.fromEntries(pairs) },
    body: '',
  };
  return { id, request };
}

function writePart(id: string, { status, headers = {}, body = '' }: SandboxResponse): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // Google indents its JSON.
  const text = typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  return (
    `--${BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <response-${id}>\r\n\r\n` +
    `HTTP/1.1 ${status} ${status < 300 ? 'OK' : 'Error'}\r\n${lines.join('')}\r\n${text}\r\n`
  );
}

function badBatch(message: string): ApiError {
  return new ApiError({ status: 400, reason: 'badRequest', message });
}
