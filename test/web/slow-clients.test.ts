import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { SERVER_LIMITS } from '../../src/web/limits.ts';
import { listen, portOf, type ServerLimits } from '../../src/web/server.ts';

/** Longer than a test: what is not the subject never ends a connection. */
const NEVER_MS = 10 * 60_000;
const PATIENT: ServerLimits = {
  ...SERVER_LIMITS,
  headersMsMax: NEVER_MS,
  requestMsMax: NEVER_MS,
  idleMsMax: NEVER_MS,
  keepAliveMs: NEVER_MS,
  slowCheckMs: 5,
};

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());
afterEach(() => server?.close());

/** What the server sends to a client that sends this, and then nothing. It ends with the connection. */
async function sentTo(text: string, limits: Partial<ServerLimits>): Promise<string> {
  const fetch = async (request: Request) => new Response(`read ${(await request.text()).length}`);
  const address = { host: '127.0.0.1', port: 0 };
  server = await listen(fetch as Parameters<typeof listen>[0], address, { ...PATIENT, ...limits });
  return readAll(connect(portOf(server), '127.0.0.1'), text);
}

async function readAll(socket: Socket, text: string): Promise<string> {
  let received = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    received += part;
  });
  socket.write(text);
  await once(socket, 'close');
  return received;
}

const HEADERS = 'Host: localhost\r\n';

describe('a client that stops halfway', () => {
  test('in its headers is answered 408 and disconnected', async () => {
    const text = `GET / HTTP/1.1\r\n${HEADERS}X-Slow: `;
    expect(await sentTo(text, { headersMsMax: 20 })).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
  });

  test('in its body is disconnected', async () => {
    const text = `POST / HTTP/1.1\r\n${HEADERS}Content-Length: 100\r\n\r\nhalf`;
    expect(await sentTo(text, { requestMsMax: 20, headersMsMax: 20 })).toMatch(
      /^(HTTP\/1.1 408 Request Timeout\r\n|$)/,
    );
  });

  test('before its first request is disconnected', async () => {
    expect(await sentTo('', { idleMsMax: 20 })).toBe('');
  });

  test('after its first request is disconnected', async () => {
    const text = `GET / HTTP/1.1\r\n${HEADERS}\r\n`;
    expect(await sentTo(text, { keepAliveMs: 20 })).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*read 0$/);
  });
});
