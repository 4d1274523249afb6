import type { IncomingMessage } from 'node:http';
import packageJson from '../../../package.json' with { type: 'json' };
import type { ByteReservation } from './byte-budget.ts';
import { connectionFailed } from './connection-failed.ts';
import type { HttpRequest, HttpResponse, ResponseHead } from './http-message.ts';
import { openResponse, type Reuse } from './open-response.ts';
import { PROXY_LOGIN_STATUS } from './proxy-login.ts';
import { readBody } from './read-body.ts';

const USER_AGENT = `sharetrail/${packageJson.version}`;

export interface SendOptions {
  /** undefined: only the deadline ends the request */
  readonly signal: AbortSignal | undefined;
  /** for the complete exchange: connecting, sending, and the last byte of the response */
  readonly timeoutMs: number;
  /** for the connection alone, including a proxy's; default: `timeoutMs` */
  readonly connectMsMax?: number;
  readonly reuse: Reuse;
  /** A longer body is truncated; 0: the body is not read at all. */
  readonly bodyBytesMax: number | ((head: ResponseHead) => number);
  /** Delays the reading of the body until there is room for it; the deadline waits, too. */
  readonly reservation?: ByteReservation;
  /** called once the operating system has taken the complete request */
  readonly onSent?: () => void;
}

/**
 * Sends one request and reads its response, whatever the status. Follows no redirect. Uses a proxy
 * if Node is configured to (NODE_USE_ENV_PROXY). Rejects with ConnectionFailed, or with the reason
 * of an aborted signal.
 */
export async function send(request: HttpRequest, options: SendOptions): Promise<HttpResponse> {
  const { signal, timeoutMs, connectMsMax = timeoutMs, reuse } = options;
  signal?.throwIfAborted();
  const limits = new ExchangeLimits(signal, { timeoutMs, connectMsMax });
  const onSent = () => {
    limits.noteSent();
    options.onSent?.();
  };
  let head: ResponseHead | undefined;
  try {
    const open = { signal: limits.signal, connectMsMax, reuse, onSent };
    const response = await openResponse(withOwnHeaders(request), open);
    head = headOf(response);
    const { bodyBytesMax, reservation } = options;
    const bytesMax = typeof bodyBytesMax === 'number' ? bodyBytesMax : bodyBytesMax(head);
    const onBytes = (bytes: number) => limits.whileWaiting(reservation?.take(bytes, limits.signal));
    return { ...head, ...(await readBody(response, { bytesMax, onBytes })) };
  } catch (cause) {
    signal?.throwIfAborted();
    if (isProxyLogin(cause)) return proxyLogin();
    const { limitMs, isSent } = limits;
    throw connectionFailed({ url: request.url, cause, limitMs, isSent, head });
  } finally {
    limits.clear();
  }
}

/**
 * The abort signal of one exchange: a joined AbortSignal.any would stay on the run's signal for as
 * long as the run lasts.
 */
class ExchangeLimits {
  /** the limit that was exceeded, if one was */
  limitMs: number | undefined;
  isSent = false;
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #stop = () => this.#abort.abort();
  readonly #timeoutMs: number;
  readonly #connecting: NodeJS.Timeout;
  #deadline: NodeJS.Timeout;

  constructor(
    outer: AbortSignal | undefined,
    { timeoutMs, connectMsMax }: { readonly timeoutMs: number; readonly connectMsMax: number },
  ) {
    this.#outer = outer;
    outer?.addEventListener('abort', this.#stop, { once: true });
    this.#connecting = setTimeout(() => this.#exceed(connectMsMax), connectMsMax);
    this.#timeoutMs = timeoutMs;
    this.#deadline = this.#startDeadline();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  noteSent(): void {
    this.isSent = true;
    clearTimeout(this.#connecting);
  }

  /** The wait for room is ours, so the server gets its full time after it. */
  whileWaiting(room: Promise<void> | undefined): Promise<void> | undefined {
    if (room === undefined) return undefined;
    clearTimeout(this.#deadline);
    return room.then(() => {
      this.#deadline = this.#startDeadline();
    });
  }

  clear(): void {
    clearTimeout(this.#connecting);
    clearTimeout(this.#deadline);
    this.#outer?.removeEventListener('abort', this.#stop);
  }

  #startDeadline(): NodeJS.Timeout {
    return setTimeout(() => this.#exceed(this.#timeoutMs), this.#timeoutMs);
  }

  #exceed(limitMs: number): void {
    this.limitMs ??= limitMs;
    this.#abort.abort();
  }
}

function withOwnHeaders(request: HttpRequest): HttpRequest {
  const { headers, body } = request;
  // Without this header, every encoding is allowed.
  const own = { 'user-agent': USER_AGENT, 'accept-encoding': 'gzip' };
  const length = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` };
  return { ...request, headers: { ...own, ...headers, ...length } };
}

function headOf({ statusCode = 0, headers }: IncomingMessage): ResponseHead {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  const isFromProxy = statusCode === PROXY_LOGIN_STATUS && 'proxy-authenticate' in headers;
  return {
    status: statusCode,
    headers: Object.fromEntries(texts),
    ...(isFromProxy && { isFromProxy }),
  };
}

/** Node reports the response of a proxy to CONNECT as an error. */
function isProxyLogin(cause: unknown): boolean {
  return cause instanceof Error && 'statusCode' in cause && cause.statusCode === PROXY_LOGIN_STATUS;
}

function proxyLogin(): HttpResponse {
  const status = PROXY_LOGIN_STATUS;
  return { status, headers: {}, isFromProxy: true, body: Buffer.alloc(0), isTruncated: false };
}
