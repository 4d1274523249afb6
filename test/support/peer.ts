import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A request as it reached the peer, with its complete body. */
export interface PeerRequest {
  readonly method: string;
  /** path and query */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Decides what happens to the connection; doing nothing leaves the client hanging. */
export type PeerHandler = (request: PeerRequest, reply: PeerReply) => void | Promise<void>;

export interface PeerReply {
  /** Sends an object as JSON, a string as it is. */
  respond(status: number, body?: object | string, headers?: Record<string, string>): void;
  /** Announces `announcedBytes` of body, sends `text`, and ends the connection. */
  truncate(text: string, announcedBytes: number): void;
  /** Writes exactly these bytes to the connection and ends it: for responses that are not HTTP. */
  raw(bytes: string | Buffer): void;
  /** Resets the connection (RST). */
  reset(): void;
}

export interface Peer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** in the order of arrival */
  readonly requests: readonly PeerRequest[];
  close(): Promise<void>;
}

/** A peer on loopback that responds, or misbehaves, as the handler says. */
export async function startPeer(handler: PeerHandler): Promise<Peer> {
  const requests: PeerRequest[] = [];
  const server = createServer(async (message, response) => {
    const request = await read(message);
    if (!request) return;
    requests.push(request);
    await handler(request, replyOver(response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const origin = `http://127.0.0.1:${address.port}`;
  return { origin, requests, close, [Symbol.asyncDispose]: close };
}

/** undefined if the client disconnected during the request */
async function read(message: IncomingMessage): Promise<PeerRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(Buffer.from(chunk));
  } catch {
    return undefined;
  }
  return {
    method: message.method ?? '',
    url: message.url ?? '',
    headers: message.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function replyOver(response: ServerResponse): PeerReply {
  return {
    respond(status, body = '', headers = {}) {
      const isText = typeof body === 'string';
      response.writeHead(status, {
        'content-type': isText ? 'text/plain' : 'application/json',
        ...headers,
      });
      response.end(isText ? body : JSON.stringify(body));
    },
    truncate(text, announcedBytes) {
      response.writeHead(200, { 'content-length': announcedBytes });
      response.flushHeaders();
      response.write(text);
      response.socket?.destroySoon();
    },
    raw(bytes) {
      response.socket?.write(bytes);
      response.socket?.destroySoon();
    },
    reset() {
      response.socket?.resetAndDestroy();
    },
  };
}
