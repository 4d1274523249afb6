/**
 * A receiver of events in a separate process, which does no more than a benchmark needs: it accepts
 * every request after a fixed time. Argument: that time in milliseconds. Prints its origin, and
 * serves until it is killed. `GET /` returns what it received since the previous `GET /`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';

/** What the receiver has counted; times in milliseconds since the epoch. */
export interface Received {
  readonly events: number;
  readonly connections: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** events in excess of three in any second */
  readonly tooSoon: number;
}

const latencyMs = Number(process.argv[2] ?? 0);
const CALLS_PER_SECOND = 3;
const SECOND_MS = 1_000;
const nothing: Received = { events: 0, connections: 0, firstAt: 0, lastAt: 0, tooSoon: 0 };
/** of those that were not too soon */
let latest: readonly number[] = [];
let received = nothing;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify(received));
    received = nothing;
    return;
  }
  count();
  request.resume();
  request.once('end', () => {
    if (latencyMs === 0) accept(request, response);
    else setTimeout(() => accept(request, response), latencyMs);
  });
});
server.on('connection', () => {
  received = { ...received, connections: received.connections + 1 };
});
// Longer than any pause between two runs: a closed connection would fail the next request.
server.keepAliveTimeout = 10 * 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});

function count(): void {
  const now = performance.timeOrigin + performance.now();
  const { events, firstAt, tooSoon } = received;
  latest = latest.filter((at) => at > now - SECOND_MS);
  const isTooSoon = latest.length >= CALLS_PER_SECOND;
  if (!isTooSoon) latest = [...latest, now];
  received = {
    ...received,
    events: events + 1,
    firstAt: firstAt || now,
    lastAt: now,
    tooSoon: tooSoon + (isTooSoon ? 1 : 0),
  };
}

function accept(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(201, { 'content-type': 'application/json' });
  response.end('{"requestId":"4al018gzaztcr8nbukw","integrationId":9223372036854775807}');
}
