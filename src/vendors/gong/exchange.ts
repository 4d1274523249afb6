import http from 'node:http';
import https from 'node:https';
import { scrub } from '../../lib/secret.ts';
import type { HttpAnswer } from './classify.ts';

/** Longer answers are cut: Gong's have a few hundred bytes, a gateway's page some thousand. */
export const ANSWER_BYTES_MAX = 64 * 1024;

export interface HttpRequest {
  readonly method: 'PUT' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** for all of it: connecting, sending, and the last byte of the answer */
  readonly timeoutMs: number;
  /** called once the whole request was handed to the system */
  readonly onSent?: () => void;
}

export type Exchange =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  | {
      readonly kind: 'broken';
      /** without secrets */
      readonly reason: string;
      /** the answer's head, where that much arrived; its body is missing or cut */
      readonly head?: Omit<HttpAnswer, 'body'>;
    };

/**
 * Sends one request and reads its answer, whatever the status; follows no redirect, keeps
 * connections alive. Not `fetch`: that repeats a request by itself after 421, and throws at 407.
 * Never throws for what the other side or the network does; rejects with the signal's reason
 * when it is aborted.
 */
export async function exchange(request: HttpRequest, signal?: AbortSignal): Promise<Exchange> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    stop.abort();
  }, request.timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  let head: Omit<HttpAnswer, 'body'> | undefined;
  try {
    const response = await send(request, stop.signal);
    head = { status: response.statusCode ?? 0, headers: response.headers };
    return { kind: 'answered', answer: { ...head, body: await readBody(response) } };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = timedOut ? `no whole answer within ${request.timeoutMs} ms` : causeOf(error);
    return { kind: 'broken', reason: scrub(reason), ...(head ? { head } : {}) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function send(request: HttpRequest, signal: AbortSignal): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const url = new URL(request.url);
    const { request: open } = url.protocol === 'https:' ? https : http;
    const headers = { ...request.headers, 'content-length': Buffer.byteLength(request.body) };
    const outgoing = open(url, { method: request.method, headers, signal });
    if (request.onSent) outgoing.once('finish', request.onSent);
    outgoing.on('response', resolve);
    // Stays after the response too: a write that fails late must not end the process.
    outgoing.on('error', reject);
    outgoing.on('close', () => reject(new Error('the connection closed without an answer')));
    outgoing.end(request.body);
  });
}

async function readBody(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop closes the connection: the rest is never read.
    if (bytes >= ANSWER_BYTES_MAX) break;
  }
  const whole = Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX);
  return new TextDecoder().decode(whole);
}

function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(causeOf))].join('; ');
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code === '' || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
