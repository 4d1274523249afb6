import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CERTIFICATE, KEY } from './self-signed.ts';

export interface UntrustedServer extends AsyncDisposable {
  /** `https://127.0.0.1:PORT` */
  readonly origin: string;
}

/** A vendor whose certificate no one trusts, as behind a proxy that decrypts TLS. */
export async function startUntrustedServer(): Promise<UntrustedServer> {
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (_request, response) => {
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
