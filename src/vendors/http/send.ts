import http from 'node:http';
import https from 'node:https';
import packageJson from '../../../package.json' with { type: 'json' };
import { RetryableError } from '../../lib/errors.ts';
import { describeFailure } from './describe-failure.ts';
import type { HttpRequest, HttpResponse, ResponseHead } from './messages.ts';
import { readBody } from './read-body.ts';

const USER_AGENT = `sharetrail/${packageJson.version}`;

export interface SendOptions {
  /** undefined: only the deadline ends the request */
  readonly signal: AbortSignal | undefined;
  /** for the complete exchange: connecting, sending, and the last byte of the response */
  readonly timeoutMs: number;
  /** for the connection alone; default: `timeoutMs` */
  readonly connectMsMax?: number;
  /** A longer body is truncated; 0: the body is not read at all. */
  readonly bodyBytesMax: number;
  /** called once the operating system has taken the complete request */
  readonly onSent?: () => void;
}

/** No complete response: the connection failed or broke, or the time ran out. */
export class ConnectionFailed extends RetryableError {
  /** status and headers, if they arrived */
  readonly head: ResponseHead | undefined;

  constructor(message: string, options: { cause: unknown; head: ResponseHead | undefined }) {
    super(message, options);
    this.head = options.head;
  }
}

/**
 * Sends exactly one request and reads its response, whatever the status. Follows no redirect.
 * Reuses connections, and uses a proxy if Node is configured to (NODE_USE_ENV_PROXY). Rejects
 * with ConnectionFailed, or with the reason of an aborted signal.
 */
export async function send(request: HttpRequest, options: SendOptions): Promise<HttpResponse> {
  const { signal, timeoutMs } = options;
  signal?.throwIfAborted();
  // One controller per request, unhooked at the end: signals joined by AbortSignal.any would stay
  // on the run's signal for as long as the run lasts.
  const abort = new AbortController();
  const stop = () => abort.abort();
  const timer = setTimeout(stop, timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  let head: ResponseHead | undefined;
  try {
    const response = await open(request, { ...options, signal: abort.signal });
    head = headOf(response);
    return { ...head, ...(await readBody(response, options.bodyBytesMax)) };
  } catch (cause) {
    signal?.throwIfAborted();
    const { host } = new URL(request.url);
    const message = abort.signal.aborted
      ? `${host} sent no complete response within ${timeoutMs / 1_000} s`
      : `the connection to ${host} failed: ${describeFailure(cause)}`;
    throw new ConnectionFailed(message, { cause, head });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function open(request: HttpRequest, options: SendOptions): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, body } = request;
    const url = new URL(request.url);
    const isTls = url.protocol === 'https:';
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const headers = { 'user-agent': USER_AGENT, ...request.headers, ...length };
    const outgoing = (isTls ? https : http).request(url, {
      method,
      headers,
      signal: options.signal,
    });
    if (options.onSent) outgoing.once('finish', options.onSent);
    outgoing.once('socket', (socket) => {
      const { connectMsMax } = options;
      if (connectMsMax === undefined || !socket.connecting) return;
      const error = new Error(`no connection within ${connectMsMax / 1_000} s`);
      const timer = setTimeout(() => outgoing.destroy(error), connectMsMax);
      for (const event of [isTls ? 'secureConnect' : 'connect', 'close']) {
        socket.once(event, () => clearTimeout(timer));
      }
    });
    outgoing.on('response', resolve);
    // Stays after the response: a write that fails late must not end the process.
    outgoing.on('error', reject);
    outgoing.on('close', () => reject(new Error('the connection closed without a response')));
    outgoing.end(body);
  });
}

function headOf({ statusCode = 0, headers }: http.IncomingMessage): ResponseHead {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { status: statusCode, headers: Object.fromEntries(texts) };
}
