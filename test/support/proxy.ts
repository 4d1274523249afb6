import { once } from 'node:events';
import http from 'node:http';
import { createServer, type Socket } from 'node:net';
import { vi } from 'vitest';

export interface TestProxy extends AsyncDisposable {
  readonly url: string;
  /** the first line of each request */
  readonly requests: readonly string[];
}

/** A proxy that treats each connection as the test says, used by this process until it is disposed. */
export async function useProxy(respond: (socket: Socket) => void): Promise<TestProxy> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      requests.push(bytes.toString('latin1').split('\r\n')[0] ?? '');
      respond(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const url = `http://127.0.0.1:${address.port}`;
  const variables = { HTTP_PROXY: url, HTTPS_PROXY: url };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const restore = http.setGlobalProxyFromEnv(variables);
  return {
    url,
    requests,
    async [Symbol.asyncDispose]() {
      restore();
      vi.unstubAllEnvs();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
