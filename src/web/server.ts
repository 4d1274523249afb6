import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { UserError } from '../lib/errors.ts';
import { SERVER_LIMITS } from './limits.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

type Fetch = Parameters<typeof getRequestListener>[0];

export type ServerLimits = Readonly<Record<keyof typeof SERVER_LIMITS, number>>;

/** Listens with limits on what a client can take. Throws UserError if the address cannot be used. */
export async function listen(
  fetch: Fetch,
  address: Address,
  limits: ServerLimits = SERVER_LIMITS,
): Promise<Server> {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersMsMax,
      requestTimeout: limits.requestMsMax,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.slowCheckMs,
    },
    getRequestListener(fetch, { overrideGlobalObjects: false, hostname: address.host }),
  );
  server.maxConnections = limits.connectionsMax;
  server.setTimeout(limits.idleMsMax);
  server.on('clientError', rejectBadRequest);
  try {
    server.listen(address.port, address.host.replace(/^\[(.*)\]$/, '$1'));
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(address, error);
  }
  return server;
}

/** The port in use: with port 0, the system chooses one. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function rejectBadRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const status = STATUS[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: [
    'another program uses it',
    'Stop that program, or set another http.port in sharetrail.yaml.',
  ],
  EACCES: ['this user may not use it', 'Set http.port in sharetrail.yaml to 1024 or more.'],
  EADDRNOTAVAIL: [
    'this machine does not have the address',
    'Set http.host in sharetrail.yaml to an address of this machine.',
  ],
  ENOTFOUND: ['the host name is unknown', 'Correct http.host in sharetrail.yaml.'],
};

function cannotListen({ host, port }: Address, error: unknown): UserError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const [reason, hint] = REASONS[code] ?? [
    `the system reports ${code || 'an error'}`,
    'Check http.host and http.port in sharetrail.yaml.',
  ];
  return new UserError(`the operator page cannot listen on ${host}:${port}: ${reason}`, {
    hint,
    cause: error,
  });
}

/** Ends idle connections at once, and those with a response in flight after a while. */
export async function stopListening(
  server: Server,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await Promise.race([closed, sleep(SERVER_LIMITS.stopMsMax)]);
  server.closeAllConnections();
  await closed;
}
