import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';
import { prepareTemplate } from './databases.ts';
import './server.ts';

const NODE = new URL('../../../node_modules/.bin/node', import.meta.url).pathname;
const SERVER = new URL('../children/postgres.ts', import.meta.url).pathname;
const PASSWORD = 'test-Pass/w0rd';

/** Starts one server for all tests of the project; returns how to stop it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  // In a session of its own, so that Ctrl-C reaches it only through the end of its input.
  const child = spawn(NODE, [SERVER, PASSWORD], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: port } = await lines.next();
  if (port === undefined) throw new Error('PostgreSQL did not start');
  const server = { host: '127.0.0.1', port: Number(port), user: 'postgres', password: PASSWORD };
  await prepareTemplate(server);
  project.provide('postgres', server);
  return async () => {
    child.stdin.end();
    await ended;
  };
}
