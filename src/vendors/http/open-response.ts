import type http from 'node:http';
import { libraryFor, readsProxyVariables, singleUseAgent } from './agents.ts';
import type { HttpRequest } from './http-message.ts';

/**
 * Whether a request can use a connection that an earlier one opened. The server may close such a
 * connection at any time. `repeat`: a request that is hit by this is sent again, once, on a new
 * connection. `fail`: it fails, since each sent request counts. `never`: it opens its own.
 */
export type Reuse = 'repeat' | 'fail' | 'never';

export interface OpenOptions {
  /** ends the exchange at any time */
  readonly signal: AbortSignal;
  /** after this time, Node gives up on a proxy: an abort does not end that */
  readonly connectMsMax: number;
  readonly reuse: Reuse;
  /** called once the operating system has taken the complete request */
  readonly onSent: () => void;
}

/** The server closed a kept connection before it sent a byte. */
class ConnectionWasStale extends Error {
  override readonly name = 'ConnectionWasStale';
}

/** Sends a request; resolves with the head of the response, and its body as a stream. */
export async function openResponse(
  request: HttpRequest,
  options: OpenOptions,
): Promise<http.IncomingMessage> {
  try {
    return await open(request, options);
  } catch (error) {
    if (!(error instanceof ConnectionWasStale) || options.reuse !== 'repeat') throw error;
    return open(request, { ...options, reuse: 'never' });
  }
}

function open(request: HttpRequest, options: OpenOptions): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, headers, body } = request;
    const { signal, reuse, connectMsMax, onSent } = options;
    const url = new URL(request.url);
    const library = libraryFor(url);
    const outgoing = library.request(url, {
      method,
      headers,
      ...(readsProxyVariables(library) && { timeout: connectMsMax }),
      ...(reuse === 'never' && { agent: singleUseAgent(library) }),
    });
    // Node's option `signal` does the same at a cost: it follows both streams of each request to their
    // ends. While a proxy connects, the request has no socket, and destroying it has no effect.
    const abort = () => {
      outgoing.destroy(signal.reason);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    let isStale = false;
    outgoing.once('socket', (socket) => {
      isStale = outgoing.reusedSocket;
      // Before the parser, which may fail on the same bytes.
      socket.prependOnceListener('data', () => {
        isStale = false;
      });
    });
    outgoing.once('finish', onSent);
    outgoing.on('response', resolve);
    // Stays after the response: a write that fails late must not end the process.
    outgoing.on('error', (error) => reject(isStale ? staleError(error) : error));
    outgoing.on('close', () => reject(new Error('the connection closed without a response')));
    outgoing.end(body);
  });
}

function staleError(cause: Error): ConnectionWasStale {
  return new ConnectionWasStale('the server closed a connection that it had kept open', { cause });
}
