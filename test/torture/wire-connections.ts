import { gzipSync } from 'node:zlib';
import { changed, HTML, html, JSON_TYPE, json, text, type WireFault } from './wire-fault.ts';
import type { Answer, Exchange, Strike } from './wire-proxy.ts';

const MEGABYTE = 1024 * 1024;
const DAY_MS = 86_400_000;

/** Responses that would need much memory. */
export const bulkyFaults: readonly WireFault[] = [
  { name: 'a gzip bomb of 1 GB', strike: (exchange) => exchange.send(bomb()) },
  {
    name: 'a million levels',
    strike: (exchange) => exchange.send(ofJson('['.repeat(1_000_000))),
  },
  {
    name: '5 million empty objects',
    strike: (exchange) => exchange.send(ofJson(`{"files":[${'{},'.repeat(5_000_000)}{}]}`)),
  },
  {
    name: 'a name of 20 MB',
    strike: (exchange) => exchange.send(ofJson(JSON.stringify({ name: 'é'.repeat(10_000_000) }))),
  },
];

/** Responses that do not arrive as they were sent. */
export const connectionFaults: readonly WireFault[] = [
  ...afterActing(),
  ...brokenConnections(),
  ...oddBodies(),
];

/** The vendor acted, but its response does not arrive. */
function afterActing(): WireFault[] {
  const after = (name: string, then: Strike): WireFault => ({
    name: `${name} after the vendor acted`,
    strike: async (exchange) => {
      await exchange.forward();
      await then(exchange);
    },
  });
  return [
    after('reset', ({ response }) => void response.socket?.resetAndDestroy()),
    after('no response', (exchange) => exchange.hang()),
    after('503', (exchange) => exchange.send(html(503))),
    after('504', (exchange) => exchange.send(html(504))),
    after('an empty 200', (exchange) => exchange.send(text(200, ''))),
    after('a web page with 200', (exchange) => exchange.send(html(200))),
    after('a redirect', (exchange) =>
      exchange.send({ status: 307, headers: { location: exchange.trap }, body: Buffer.from('') }),
    ),
    {
      name: '409 after the vendor acted',
      vendors: ['gong'],
      strike: async (exchange) => {
        await exchange.forward();
        exchange.send(json(409, { requestId: 'wire-409', errors: ['already reported'] }));
      },
    },
  ];
}

function brokenConnections(): WireFault[] {
  return [
    { name: 'reset', strike: ({ response }) => void response.socket?.resetAndDestroy() },
    {
      name: 'closed without a response',
      strike: ({ response }) => void response.socket?.destroy(),
    },
    { name: 'no response', strike: (exchange) => exchange.hang() },
    {
      name: 'a head without a body',
      strike: (exchange) => {
        exchange.response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' });
        exchange.response.flushHeaders();
        exchange.hang();
      },
    },
    { name: 'slow drip', strike: drip },
    raw('half a status line', () => 'HTTP/1.1 2'),
    raw('not HTTP', () => 'SSH-2.0-OpenSSH_9.6\r\n'),
    raw(
      'two lengths',
      () => 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}}',
    ),
    raw(
      'a broken chunk',
      () => 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n',
    ),
    raw('64 KB of headers', () => `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(65_536)}\r\n\r\n`),
    {
      name: 'half of the body',
      strike: async (exchange) => {
        const { status, headers, body } = await exchange.forward();
        const { response } = exchange;
        response.writeHead(status, { ...headers, 'content-length': `${body.length + 1}` });
        response.flushHeaders();
        response.write(body.subarray(0, body.length / 2));
        response.socket?.destroySoon();
      },
    },
    {
      name: 'half of the body with its own length',
      strike: async (exchange) => {
        const answer = await exchange.forward();
        exchange.send({ ...answer, body: answer.body.subarray(0, answer.body.length / 2) });
      },
    },
    {
      name: 'a second response in the same packet',
      strike: async (exchange) => {
        const { body } = await exchange.forward();
        const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: `;
        exchange.response.socket?.write(`${head}${body.length}\r\n\r\n${body}${head}2\r\n\r\n{}`);
      },
    },
  ];
}

function raw(name: string, bytes: () => string): WireFault {
  return {
    name,
    strike: ({ response }) => {
      response.socket?.write(bytes());
      response.socket?.destroySoon();
    },
  };
}

/** A byte of white space now and then, which is a valid beginning of JSON. */
function drip({ response, hang }: Exchange): void {
  hang();
  response.writeHead(200, JSON_TYPE);
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
}

function oddBodies(): WireFault[] {
  const bodies: Readonly<Record<string, string>> = {
    'an empty 200': '',
    'a web page with 200': HTML,
    null: 'null',
    'an empty list': '[]',
    'an empty object': '{}',
    'a number': '1e999',
    'a byte order mark and nothing else': '\ufeff',
  };
  return [
    ...Object.entries(bodies).map(([name, body]) => ({
      name,
      strike: (exchange: Exchange) => exchange.send(ofJson(body)),
    })),
    { name: '204', strike: (exchange) => exchange.send(text(204, '')) },
    changed('a wrong content type', (answer) => ({
      ...answer,
      headers: { ...answer.headers, 'content-type': 'image/png' },
    })),
    changed('an encoding that was not requested', (answer) => ({
      ...answer,
      headers: { ...answer.headers, 'content-encoding': 'br' },
    })),
    changed('half of a gzip body', ({ headers, body, ...rest }) => {
      const zipped = gzipSync(body);
      const half = zipped.subarray(0, zipped.length / 2);
      return { ...rest, headers: { ...headers, 'content-encoding': 'gzip' }, body: half };
    }),
    changed('gzip in the header only', (answer) => ({
      ...answer,
      headers: { ...answer.headers, 'content-encoding': 'gzip' },
    })),
    changed('invalid UTF-8', (answer) => ({
      ...answer,
      body: Buffer.concat([Buffer.from([0xff, 0xfe, 0xc0]), answer.body]),
    })),
    ...bulkyFaults,
    ...['garbage', '', undefined].map((date) =>
      changed(
        `the date "${date ?? 'absent'}"`,
        ({ headers: { date: _date, ...headers }, ...rest }) => ({
          ...rest,
          headers: date === undefined ? headers : { ...headers, date },
        }),
      ),
    ),
    ...[-2, 2].map((days) => ({
      name: `a date ${Math.abs(days)} days ${days < 0 ? 'ago' : 'ahead'}`,
      strike: async (exchange: Exchange) => {
        const answer = await exchange.forward();
        const date = new Date(exchange.now + days * DAY_MS).toUTCString();
        exchange.send({ ...answer, headers: { ...answer.headers, date } });
      },
    })),
  ];
}

let zippedZeros: Buffer | undefined;

function bomb(): Answer {
  zippedZeros ??= Buffer.concat(
    Array.from({ length: 20 }, () => gzipSync(Buffer.alloc(50 * MEGABYTE, ' '))),
  );
  return {
    status: 200,
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    body: zippedZeros,
  };
}

function ofJson(body: string): Answer {
  return { status: 200, headers: JSON_TYPE, body: Buffer.from(body) };
}
