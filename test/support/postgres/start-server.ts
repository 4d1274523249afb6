import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { PostgresServer } from './server.ts';

const NODE = new URL('../../../node_modules/.bin/node', import.meta.url).pathname;
const PROGRAM = new URL('../children/postgres.ts', import.meta.url).pathname;
const PASSWORD = 'test-Pass/w0rd';

export interface RunningServer {
  readonly server: PostgresServer;
  /**
   * `fast` closes all connections, as an upgrade of the server does; `immediate` ends all its processes
   * at once, as a failure of its machine does, and then recovers from the log.
   */
  restart(mode?: 'fast' | 'immediate'): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server of its own. It stops by itself if this process ends. */
export async function startServer(): Promise<RunningServer> {
  // In a session of its own, so that Ctrl-C reaches it only through the end of its input.
  const child = spawn(NODE, [PROGRAM, PASSWORD], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = async () => {
    const { value } = await lines.next();
    if (value === undefined) throw new Error('PostgreSQL did not start');
    return Number(value);
  };
  const server = {
    host: '127.0.0.1',
    port: await ready(),
    user: 'postgres',
    password: PASSWORD,
  };
  return {
    server,
    restart: async (mode = 'fast') => {
      child.stdin.write(`restart ${mode}\n`);
      await ready();
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
