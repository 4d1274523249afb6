import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ShiftedClock } from '../../src/lib/clock.ts';
import { UserError } from '../../src/lib/errors.ts';
import type { SandboxRequest, SandboxResponse, Vendor } from '../../src/sandbox/http-types.ts';
import {
  type SandboxServer,
  type SandboxServerOptions,
  startSandbox,
} from '../../src/sandbox/server.ts';
import { ManualClock } from '../support/manual-clock.ts';

type Options = Partial<SandboxServerOptions<'vendor'>>;

const started: SandboxServer<'vendor'>[] = [];

async function start(vendor: Vendor, options: Options = {}): Promise<SandboxServer<'vendor'>> {
  const clock = new ManualClock();
  const server = await startSandbox({ vendors: { vendor }, clock, ...options });
  started.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

function echo(request: SandboxRequest): SandboxResponse {
  return { status: 200, body: { ...request, query: [...request.query] } };
}

/** Sends raw bytes; returns everything received until the connection ends. */
function sendRaw(server: SandboxServer<'vendor'>, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.origins.vendor).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
    socket.write(bytes);
  });
}

test('a vendor sees method, path, query, headers, body, and origin as sent', async () => {
  const server = await start(echo);
  const response = await fetch(`${server.origins.vendor}/a%20b/c?q=x%26y&q=z`, {
    method: 'PATCH',
    headers: { 'X-Some': 'Value' },
    body: 'Grüße 👋',
  });
  expect(await response.json()).toMatchObject({
    method: 'PATCH',
    path: '/a%20b/c',
    query: [
      ['q', 'x&y'],
      ['q', 'z'],
    ],
    headers: { 'x-some': 'Value' },
    body: 'Grüße 👋',
    origin: server.origins.vendor,
  });
});

test('headBytes counts the target and the headers', async () => {
  const server = await start(echo);
  const raw = await sendRaw(
    server,
    'GET /abc HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
  );
  const bytes = '/abc'.length + 'Host127.0.0.1'.length + 'Connectionclose'.length;
  expect(raw).toContain(`"headBytes":${bytes}`);
});

test('a head above the 16 KiB of Salesforce still reaches the vendor', async () => {
  const server = await start(echo);
  const response = await fetch(`${server.origins.vendor}/?q=${'x'.repeat(20_000)}`);
  const answer = Object(await response.json());
  expect(answer.headBytes).toBeGreaterThan(20_000);
});

test('an object is sent as JSON, a string unchanged, both with Content-Length', async () => {
  const answers: SandboxResponse[] = [
    { status: 201, body: { a: 'ü' } },
    {
      status: 200,
      body: '{"n":5517027188234205706}',
      headers: { 'Content-Type': 'application/json' },
    },
    { status: 200, body: 'text' },
    { status: 204 },
  ];
  const server = await start(() => answers.shift() ?? { status: 500 });
  const seen: unknown[] = [];
  for (let count = 0; count < 4; count += 1) {
    const response = await fetch(server.origins.vendor);
    const { headers } = response;
    seen.push([
      response.status,
      headers.get('content-type'),
      headers.get('content-length'),
      await response.text(),
    ]);
  }
  expect(seen).toEqual([
    [201, 'application/json; charset=utf-8', '10', '{"a":"ü"}'],
    [200, 'application/json', '25', '{"n":5517027188234205706}'],
    [200, 'text/plain; charset=utf-8', '4', 'text'],
    [204, null, null, ''],
  ]);
});

test('one connection serves many requests', async () => {
  const server = await start(echo);
  const request = 'GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const last = 'GET /two HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const raw = await sendRaw(server, request + last);
  expect(raw.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
});

test('the response to HEAD has the length and no body', async () => {
  const server = await start(() => ({ status: 200, body: 'twelve bytes' }));
  const response = await fetch(server.origins.vendor, { method: 'HEAD' });
  expect([response.headers.get('content-length'), await response.text()]).toEqual(['12', '']);
});

test('a body above the limit gets 413 and never reaches the vendor', async () => {
  const server = await start(echo, { bodyBytesMax: 1_000 });
  const send = (bytes: number) =>
    fetch(server.origins.vendor, { method: 'POST', body: 'x'.repeat(bytes) });
  expect((await send(1_000)).status).toBe(200);
  expect((await send(1_001)).status).toBe(413);
  expect((await send(3_000_000)).status).toBe(413);
  expect(server.traffic.vendor.counts.requests).toBe(1);
});

test('the rest of a rejected body does not block the connection', async () => {
  const server = await start(echo, { bodyBytesMax: 1_000 });
  const put = 'PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n';
  const get = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const raw = await sendRaw(server, put + 'x'.repeat(500_000) + get);
  expect(raw.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
});

test.each([
  ['not HTTP at all', 'garbage\r\n\r\n', '400'],
  ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', '400'],
  ['a foreign host', 'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n', '403'],
  [
    'a host that only starts like a loopback address',
    'GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\nConnection: close\r\n\r\n',
    '403',
  ],
  ['an invalid host', 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', '403'],
  [
    'a target that is not a path',
    'GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    '400',
  ],
  [
    'an encoded body',
    'PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\n' +
      'Content-Length: 1\r\nConnection: close\r\n\r\nx',
    '415',
  ],
  [
    'an invalid length',
    'PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\nConnection: close\r\n\r\n',
    '400',
  ],
])('%s is rejected, and the next request is served', async (_name, bytes, status) => {
  const server = await start(echo);
  expect(await sendRaw(server, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect((await fetch(server.origins.vendor)).status).toBe(200);
  expect(server.traffic.vendor.counts.requests).toBe(1);
});

test('a client that disconnects in the middle of its body does no harm', async () => {
  const server = await start(echo);
  const head = 'PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf';
  await new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(server.origins.vendor).port), '127.0.0.1');
    socket.write(head, () => socket.resetAndDestroy());
    socket.on('close', () => resolve());
  });
  expect((await fetch(server.origins.vendor)).status).toBe(200);
  expect(server.traffic.vendor.counts.requests).toBe(1);
});

test('localhost is also accepted as loopback', async () => {
  const server = await start(echo);
  const raw = await sendRaw(
    server,
    'GET / HTTP/1.1\r\nHost: LOCALHOST:80\r\nConnection: close\r\n\r\n',
  );
  expect(raw).toMatch(/^HTTP\/1.1 200 /);
});

test('a vendor that throws gets 500 with the message, and the server keeps running', async () => {
  const server = await start((request) => {
    if (request.path === '/bug') throw new Error('a bug');
    return { status: 200 };
  });
  const response = await fetch(`${server.origins.vendor}/bug`);
  expect([response.status, await response.json()]).toEqual([500, { sandboxError: 'a bug' }]);
  expect((await fetch(server.origins.vendor)).status).toBe(200);
});

test('latency delays every response by the clock', async () => {
  const clock = new ManualClock();
  const server = await start(echo, { clock, latencyMs: 300 });
  const response = fetch(server.origins.vendor);
  await expect.poll(() => clock.sleepers).toBe(1);
  clock.advance(299);
  expect(clock.sleepers).toBe(1);
  clock.advance(1);
  expect((await response).status).toBe(200);
});

test('stopping ends waits and frees the port, and can be repeated', async () => {
  const clock = new ManualClock();
  const server = await start(echo, { clock, latencyMs: 300 });
  const broken = expect(fetch(server.origins.vendor)).rejects.toThrow();
  await expect.poll(() => clock.sleepers).toBe(1);
  await server.stop();
  await server.stop();
  await broken;
  expect(clock.sleepers).toBe(0);
  const port = Number(new URL(server.origins.vendor).port);
  const next = await start(echo, { ports: { vendor: port } });
  expect(next.origins.vendor).toBe(server.origins.vendor);
});

test('a taken port is a user error, and the ports opened before it are freed', async () => {
  const taken = await start(echo);
  const port = Number(new URL(taken.origins.vendor).port);
  const free = await startSandbox({ vendors: { a: echo }, clock: new ShiftedClock() });
  const freePort = Number(new URL(free.origins.a).port);
  await free.stop();
  const both = startSandbox({
    vendors: { a: echo, b: echo },
    clock: new ShiftedClock(),
    ports: { a: freePort, b: port },
  });
  await expect(both).rejects.toThrow(UserError);
  await expect(both).rejects.toThrow(`port ${port}`);
  const again = await start(echo, { ports: { vendor: freePort } });
  expect((await fetch(again.origins.vendor)).status).toBe(200);
});

test('each vendor has its own port', async () => {
  const server = await startSandbox({
    vendors: { a: () => ({ status: 201 }), b: () => ({ status: 202 }) },
    clock: new ShiftedClock(),
  });
  const statuses = [await fetch(server.origins.a), await fetch(server.origins.b)];
  expect(statuses.map(({ status }) => status)).toEqual([201, 202]);
  await server.stop();
});
