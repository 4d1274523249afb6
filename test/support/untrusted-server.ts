import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Self-signed, for tests only: nothing trusts it. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2lpuyjOF5gNB62qk
90oRpJKgOfSgmPFVzfRhvIKFwYahRANCAASJJhha7J71JtcKwi9fcJzkwknDJLmC
SFrU2sKZUiY/0T/KjWQ8AqEdtoyvlOj1HJphV48DbpN+i5BdTL33a8ps
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUNBI4/eF3qezbe54QHQPkWasQ58swCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyOTIwMDM1MloYDzIxMjYxMTA1
MjAwMzUyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASJJhha7J71JtcKwi9fcJzkwknDJLmCSFrU2sKZUiY/0T/KjWQ8AqEd
toyvlOj1HJphV48DbpN+i5BdTL33a8pso2QwYjAdBgNVHQ4EFgQUXcxXZJLEfuJu
smxhbXmc18XRhTwwHwYDVR0jBBgwFoAUXcxXZJLEfuJusmxhbXmc18XRhTwwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
ICx2eEElC9CIwkpv/eslPz22wlciTG/UyGILQCCv0ZP3AiEAh34Wmcti9/oDeUVS
GrhOhLVmexKaz3g6nYSfPyBGV30=
-----END CERTIFICATE-----`;

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
