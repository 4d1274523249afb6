import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type CliWorld, startCliWorld, TENANT } from '../support/cli-world.ts';
import type { CommandOptions } from '../support/command.ts';
import { untilLogged } from '../support/follow.ts';
import type { Peer } from '../support/peer.ts';
import { startEcho } from './echo-peer.ts';
import type { TorturePart, TortureRow } from './part.ts';
import { type Canary, leaksIn } from './secret-forms.ts';
import { writeConfiguration } from './secrets-configuration.ts';

const RUNS = { short: 1, long: 40 };
const PEM_LINE_LENGTH_MIN = 16;
const COMMANDS = [
  'sync --json',
  'check --json',
  'sync',
  'backfill --since 2020-01-01',
  'status --verbose',
];
const READING_COMMANDS = [
  'config show',
  'events --json',
  'events',
  'explain nothing',
  'backup copy.db',
];

/**
 * A canary in every secret of the configuration, and vendors that repeat what they receive. No output,
 * no file, no page, and no alert contains one of them, in any encoding.
 */
export const secrets: TorturePart = async ({ seed, long, only = '', report }) => {
  const fault = 'secrets: vendors that repeat each request';
  if (!fault.includes(only)) return [];
  const failures = new Set<string>();
  let tried = 0;
  for (let run = 0; run < RUNS[long ? 'long' : 'short']; run += 1) {
    const result = await tryRun(seed + run);
    tried += result.echoes;
    for (const leak of result.leaks) {
      if (!failures.has(leak)) report(leak);
      failures.add(`${leak} (seed ${seed + run})`);
    }
    report(`run ${run + 1}: ${result.echoes} repeated requests, ${failures.size} leaks`);
  }
  const row = { fault, tried, lost: 0, doubled: 0, worstRecoveryMs: null };
  return [{ ...row, failures: [...failures] } satisfies TortureRow];
};

async function tryRun(
  seed: number,
): Promise<{ readonly echoes: number; readonly leaks: string[] }> {
  await using world = await startCliWorld({ googleDrive: true });
  await using echo = await startEcho(seed);
  world.deliver(3);
  const canaries = writeConfiguration(world, echo, await freePort());
  const env = Object.fromEntries(canaries.map(({ name, value }) => [name, value]));
  // A control sabotages the commands.
  const sabotage = process.env['SABOTAGE'];
  const how: CommandOptions =
    sabotage === undefined
      ? { env }
      : { env: { ...env, SABOTAGE: sabotage }, preloads: ['sabotage.ts'] };
  const level = '--log-level debug';
  const page = await pageOf(world, how, env['HTTP_TOKEN'] ?? '');
  for (const words of [...COMMANDS, ...READING_COMMANDS]) await world.run(`${words} ${level}`, how);
  const places = {
    output: await world.output(),
    ...page,
    ...filesOf(world),
    alerts: alertsIn(echo),
  };
  return { echoes: echo.requests.length, leaks: leaksIn(places, searchedFor(canaries)) };
}

/** Also parts of them: the beginning of a truncated one, the path of a webhook, lines of a key. */
function searchedFor(canaries: readonly Canary[]): Canary[] {
  return canaries.flatMap(({ name, value }) => {
    const beginning = /c4nary[A-Z]+/.exec(value)?.[0];
    const lines = value
      .split(/\\n|\n/)
      .filter((line) => line.length >= PEM_LINE_LENGTH_MIN && /^[\w+/=]+$/.test(line));
    const parts = beginning === undefined ? lines : [beginning, ...lines];
    return [{ name, value }, ...parts.map((part) => ({ name: `a part of ${name}`, value: part }))];
  });
}

/** What the operator page shows, and its metrics and JSON. */
async function pageOf(
  world: CliWorld,
  how: CommandOptions,
  token: string,
): Promise<Record<string, string>> {
  const command = world.start('start --log-level debug', how);
  await untilLogged(command, 'the operator page is ready');
  const port = /port: (\d+)/.exec(readFileSync(join(world.folder, 'sharetrail.yaml'), 'utf8'))?.[1];
  const headers = { authorization: `Bearer ${token}` };
  const paths = [
    '/',
    '/events',
    '/metrics',
    '/readyz',
    '/api/status',
    '/api/events',
    `/tenants/${TENANT}`,
  ];
  const texts = await Promise.all(
    paths.map(async (path) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      return [
        `the page ${path}`,
        `${JSON.stringify([...response.headers])} ${await response.text()}`,
      ];
    }),
  );
  command.kill('SIGTERM');
  await command.ended();
  return Object.fromEntries(texts) as Record<string, string>;
}

/** The bytes of all files except the secrets themselves. */
function filesOf({ folder }: CliWorld): Record<string, string> {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

function alertsIn({ requests }: Peer): string {
  return requests
    .filter(({ url }) => url.startsWith('/hooks/'))
    .map(({ body }) => body)
    .join('\n');
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
