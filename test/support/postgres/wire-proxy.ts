import { connect, createServer, type Server, type Socket } from 'node:net';

/** A message of PostgreSQL's protocol: its type, and everything after its length. */
interface Message {
  readonly type: string;
  readonly bytes: Buffer;
}

const LENGTH_BYTES = 4;

/** Splits a stream into messages; the first of a client has no type. */
class Messages {
  #rest = Buffer.alloc(0);
  #isTyped: boolean;

  constructor({ from }: { readonly from: 'client' | 'server' }) {
    this.#isTyped = from === 'server';
  }

  *add(chunk: Buffer): Generator<Message> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const typeBytes = this.#isTyped ? 1 : 0;
      if (this.#rest.length < typeBytes + LENGTH_BYTES) return;
      const end = typeBytes + this.#rest.readInt32BE(typeBytes);
      if (this.#rest.length < end) return;
      const bytes = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      const type = this.#isTyped ? String.fromCharCode(bytes[0] ?? 0) : '';
      this.#isTyped = true;
      yield { type, bytes };
    }
  }
}

export interface LoopbackProxy {
  readonly port: number;
  stop(): Promise<void>;
}

/** Listens on loopback, and hands each client to `serve`. */
async function listen(host: string, serve: (client: Socket) => void): Promise<LoopbackProxy> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {});
    client.on('close', () => sockets.delete(client));
    serve(client);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Forwards everything to a server; clients reach it by another address. */
export function startForwarder(port: number, host: string): Promise<LoopbackProxy> {
  return listen(host, (client) => {
    const upstream = connect(port, '127.0.0.1');
    upstream.on('error', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
}

export interface Silencer extends LoopbackProxy {
  /** From now on, no byte arrives in either direction, and no connection ends. */
  silence(): void;
}

/** Forwards everything to a server, until the network breaks without a sign. */
export async function startSilencer(port: number): Promise<Silencer> {
  let isSilent = false;
  const proxy = await listen('127.0.0.1', (client) => {
    const upstream = connect(port, '127.0.0.1');
    upstream.on('error', () => {});
    client.on('data', (chunk) => isSilent || upstream.write(chunk));
    upstream.on('data', (chunk) => isSilent || client.write(chunk));
    client.on('close', () => upstream.destroy());
  });
  return {
    ...proxy,
    silence: () => {
      isSilent = true;
    },
  };
}

/** Forwards everything to a server, and replaces a text in its responses by one of equal length. */
export function startRewriter(
  port: number,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<LoopbackProxy> {
  return listen('127.0.0.1', (client) => {
    const upstream = connect(port, '127.0.0.1');
    upstream.on('error', () => client.destroy());
    client.pipe(upstream);
    const messages = new Messages({ from: 'server' });
    upstream.on('data', (chunk: Buffer) => {
      for (const { bytes } of messages.add(chunk)) {
        client.write(Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1'));
      }
    });
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
}

export interface Breaker extends LoopbackProxy {
  /** whether it has broken a connection */
  readonly hasBroken: boolean;
}

/** Forwards everything to a server, but breaks a connection, once, at the nth message of a client. */
export async function startBreaker(port: number, nth: number): Promise<Breaker> {
  let count = 0;
  const proxy = await listen('127.0.0.1', (client) => {
    const upstream = connect(port, '127.0.0.1');
    upstream.on('error', () => client.destroy());
    const messages = new Messages({ from: 'client' });
    client.on('data', (chunk: Buffer) => {
      for (const { bytes } of messages.add(chunk)) {
        count += 1;
        if (count === nth) client.destroy();
        else upstream.write(bytes);
      }
    });
    upstream.pipe(client);
    client.on('close', () => upstream.destroy());
  });
  return {
    ...proxy,
    get hasBroken() {
      return count >= nth;
    },
  };
}

/** Answers the first `count` connections as a server that starts, and forwards the others. */
export function startStarting(port: number, count: number): Promise<LoopbackProxy> {
  let connections = 0;
  return listen('127.0.0.1', (client) => {
    connections += 1;
    if (connections <= count) return void client.end(STARTING);
    const upstream = connect(port, '127.0.0.1');
    upstream.on('error', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
}

interface Session {
  readonly socket: Socket;
  /** whom its responses go to */
  client: Socket | undefined;
}

/**
 * Pools sessions as PgBouncer does: `transaction` gives a client another session for each
 * transaction, `session` keeps one per client. It logs in as its clients do, so all of them must use
 * the same login, and the server must ask for a password in plain text.
 */
export function startPooler(
  port: number,
  options: { readonly mode: 'transaction' | 'session'; readonly login: PoolerLogin },
): Promise<LoopbackProxy> {
  const idle: Session[] = [];

  function release(session: Session): void {
    session.client = undefined;
    idle.push(session);
  }

  function onReady(session: Session, { bytes }: Message): void {
    const isInTransaction = bytes.at(-1) !== 'I'.charCodeAt(0);
    if (!isInTransaction && options.mode === 'transaction') release(session);
  }

  async function open(): Promise<Session> {
    const session: Session = { socket: await logIn(port, options.login), client: undefined };
    const messages = new Messages({ from: 'server' });
    session.socket.on('data', (chunk: Buffer) => {
      for (const message of messages.add(chunk)) {
        session.client?.write(message.bytes);
        if (message.type === 'Z') onReady(session, message);
      }
    });
    return session;
  }

  return listen('127.0.0.1', (client) => {
    const messages = new Messages({ from: 'client' });
    let own: Promise<Session> | undefined;
    const sessionOf = async () => {
      const session = idle.pop() ?? (await open());
      session.client = client;
      return session;
    };
    let order = Promise.resolve();
    const forward = async ({ type, bytes }: Message) => {
      if (type === '') return void client.write(GREETING);
      if (type === 'X') return void client.end();
      const current = own ?? sessionOf();
      own = current;
      const session = await current;
      if (session.client !== client) {
        own = sessionOf();
        (await own).socket.write(bytes);
      } else session.socket.write(bytes);
    };
    client.on('close', async () => {
      const session = await own;
      if (session?.client === client) session.socket.destroy();
    });
    client.on('data', (chunk: Buffer) => {
      for (const message of messages.add(chunk)) {
        order = order.then(() => forward(message));
        order.catch(() => client.destroy());
      }
    });
  });
}

export interface PoolerLogin {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

function typed(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(1 + LENGTH_BYTES);
  head.write(type);
  head.writeInt32BE(LENGTH_BYTES + body.length, 1);
  return Buffer.concat([head, body]);
}

/** AuthenticationOk, a process of the pooler's own, and ReadyForQuery. */
const GREETING = Buffer.concat([
  typed('R', Buffer.alloc(4)),
  typed('K', Buffer.from([0, 0, 0, 7, 0, 0, 0, 7])),
  typed('Z', Buffer.from('I')),
]);

/** What PostgreSQL 18 responds before it has read its log. */
const STARTING = typed(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0'),
);

const PROTOCOL_VERSION = 196_608;

async function logIn(port: number, { user, password, database }: PoolerLogin): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const body = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(2 * LENGTH_BYTES);
  head.writeInt32BE(head.length + body.length);
  head.writeInt32BE(PROTOCOL_VERSION, LENGTH_BYTES);
  socket.write(Buffer.concat([head, body]));
  const messages = new Messages({ from: 'server' });
  await new Promise<void>((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      for (const { type, bytes } of messages.add(chunk)) {
        if (type === 'E') reject(new Error(bytes.toString('latin1')));
        if (type === 'R' && bytes.readInt32BE(5) === 3) {
          socket.write(typed('p', Buffer.from(`${password}\0`)));
        }
        if (type !== 'Z') continue;
        socket.off('data', onData);
        resolve();
      }
    };
    socket.on('data', onData);
  });
  return socket;
}
