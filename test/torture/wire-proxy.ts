import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Sandbox, SandboxVendor } from '../../src/sandbox/sandbox.ts';

export const VENDORS: readonly SandboxVendor[] = ['salesforce', 'google', 'gong'];

/** A vendor's complete response, without an encoding. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One request of the product that reached the proxy, and what a fault can do with it. */
export interface Exchange {
  readonly vendor: SandboxVendor;
  /** the kind of request: vendor, method, path, and what it lists */
  readonly label: string;
  /** the number of the request among those of its kind in this run, from 1 */
  readonly occurrence: number;
  /** path and query */
  readonly target: string;
  /** epoch milliseconds of the vendors' clock */
  readonly now: number;
  /** an origin that must never receive anything */
  readonly trap: string;
  readonly response: ServerResponse;
  /** Lets the vendor act, and returns its response. */
  forward(): Promise<Answer>;
  send(answer: Answer): void;
  /** Keeps the connection open until the case is over. */
  hang(): void;
}

export type Strike = (exchange: Exchange) => void | Promise<void>;

/** Decides what happens to a request; undefined: the vendor responds. */
export type Plan = (exchange: Exchange) => Strike | undefined;

/** Proxies on loopback between the product and its simulated vendors, each with its own port. */
export interface FaultyWire extends AsyncDisposable {
  readonly origins: Readonly<Record<SandboxVendor, string>>;
  /** what arrived at the trap: must stay empty */
  readonly trapped: readonly string[];
  /** Starts a case: `plan` applies until the next call. Hanging connections are closed. */
  begin(plan: Plan, onExchange?: (exchange: Exchange) => void): void;
}

export async function startFaultyWire(sandbox: Sandbox): Promise<FaultyWire> {
  const trapped: string[] = [];
  const trap = http.createServer((request, response) => {
    trapped.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    response.end('{}');
  });
  const trapOrigin = await listen(trap);
  const wire = new Wire(sandbox, trapOrigin);
  const servers = VENDORS.map((vendor) =>
    http.createServer({ maxHeaderSize: 65_536 }, (message, response) => {
      wire.serve(vendor, message, response).catch(() => response.destroy());
    }),
  );
  const origins = await Promise.all(servers.map(listen));
  return {
    origins: Object.fromEntries(VENDORS.map((vendor, index) => [vendor, origins[index]])) as Record<
      SandboxVendor,
      string
    >,
    trapped,
    begin: (plan, onExchange) => wire.begin(plan, onExchange),
    [Symbol.asyncDispose]: async () => {
      wire.begin(() => undefined);
      await Promise.all([trap, ...servers].map(close));
    },
  };
}

class Wire {
  readonly #sandbox: Sandbox;
  readonly #trap: string;
  readonly #hanging = new Set<ServerResponse>();
  readonly #agent = new http.Agent({ keepAlive: true });
  #occurrences = new Map<string, number>();
  #plan: Plan = () => undefined;
  #onExchange: (exchange: Exchange) => void = () => {};

  constructor(sandbox: Sandbox, trap: string) {
    this.#sandbox = sandbox;
    this.#trap = trap;
  }

  begin(plan: Plan, onExchange: (exchange: Exchange) => void = () => {}): void {
    for (const response of this.#hanging) response.destroy();
    this.#hanging.clear();
    this.#occurrences = new Map();
    this.#plan = plan;
    this.#onExchange = onExchange;
  }

  async serve(
    vendor: SandboxVendor,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    response.on('error', () => {});
    const body = await bytesOf(message);
    const target = message.url ?? '';
    const label = labelOf(vendor, message.method ?? '', target);
    const occurrence = (this.#occurrences.get(label) ?? 0) + 1;
    this.#occurrences.set(label, occurrence);
    const exchange: Exchange = {
      vendor,
      label,
      occurrence,
      target,
      now: this.#sandbox.clock.now(),
      trap: this.#trap,
      response,
      forward: () => this.#forward(vendor, message, body),
      send: (answer) => send(response, answer),
      hang: () => this.#hanging.add(response),
    };
    this.#onExchange(exchange);
    const strike = this.#plan(exchange);
    if (strike === undefined) exchange.send(await exchange.forward());
    else await strike(exchange);
  }

  async #forward(vendor: SandboxVendor, message: IncomingMessage, body: Buffer): Promise<Answer> {
    const url = new URL(message.url ?? '', this.#sandbox.origins[vendor]);
    const { 'accept-encoding': _encoding, connection: _connection, ...headers } = message.headers;
    const outgoing = http.request(url, { method: message.method, headers, agent: this.#agent });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const { connection: _kept, 'keep-alive': _alive, ...kept } = incoming.headers;
    return {
      status: incoming.statusCode ?? 0,
      headers: Object.fromEntries(Object.entries(kept).map(([name, text]) => [name, `${text}`])),
      body: await bytesOf(incoming),
    };
  }
}

/** Requests of one kind have one label, whatever their position in a list. */
function labelOf(vendor: SandboxVendor, method: string, target: string): string {
  const { pathname, searchParams } = new URL(target, 'http://wire');
  const [, object = ''] = /\bfrom (\w+)/i.exec(searchParams.get('q') ?? '') ?? [];
  const path = pathname.replace(/\/query\/.+/, '/query/LOCATOR');
  const details = [object, searchParams.get('eventName'), searchParams.get('driveId')];
  return [vendor, method, path, ...details].filter(Boolean).join(' ');
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = status === 204 || status === 304 ? {} : { 'content-length': `${body.length}` };
  response.writeHead(status, { ...headers, ...length });
  response.end(body);
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function listen(server: http.Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return `http://127.0.0.1:${address.port}`;
}

async function close(server: http.Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
