import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type CliWorld,
  startCliWorld,
  TENANT,
  tablesIn,
  writeConfigFile,
} from '../support/cli-world.ts';
import { ON_SQLITE } from '../support/database.ts';
import { untilLogged } from '../support/follow.ts';
import { type Peer, startPeer } from '../support/peer.ts';
import { until } from '../support/until.ts';

const PATH = '/services/T0SECRET/B0SECRET/hush-hush-hush';
let world: CliWorld;
let chat: Peer;

beforeEach(async () => {
  world = await startCliWorld();
  chat = await startPeer((_request, reply) => reply.respond(200, 'ok'));
  configureAlerts(chat.origin);
});

afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await chat.close();
});

function configureAlerts(origin: string): void {
  writeConfigFile(world, 'hook', `${origin}${PATH}\n`);
  const database = `database: ${world.database}\n`;
  writeConfigFile(world, 'sharetrail.yaml', `${database}alerts:\n  webhook: \${file:hook}\n`);
}

function texts(): string[] {
  return chat.requests.map(({ body }) => (JSON.parse(body) as { text: string }).text);
}

test('a run that Gong refuses causes one alert, which does not affect the exit code', async () => {
  world.deliver(1);
  world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'answer', status: 401 } });
  const { code, stderr } = await world.run('sync');
  expect(code).toBe(1);
  expect(texts()).toHaveLength(1);
  expect(texts()[0]).toMatch(new RegExp(`^sharetrail: ${TENANT} failed\\n`));
  expect(texts()[0]).toContain('Gong refused (401)');
  expect(texts()[0]).not.toMatch(/ada@|globex/);
  expect(stderr).not.toContain('alerts');
});

test('a successful run and a dry run cause no alert', async () => {
  world.deliver(1);
  expect((await world.run('sync --dry-run')).code).toBe(0);
  expect((await world.run('sync')).code).toBe(0);
  expect(chat.requests).toEqual([]);
});

test('reports a Retry-After of 1,000 days as an alert, and runs during the pause as no success', async () => {
  world.deliver(1);
  const headers = { 'retry-after': '86400000' };
  const action = { kind: 'answer', status: 429, headers, body: '{}' } as const;
  world.sandbox.faults.add({ vendor: 'gong', times: 1, action });
  const first = await world.run('sync --json');
  expect(first.code).toBe(0);
  expect(first.stderr).toContain('asked to wait longer than 24 hours');
  expect(JSON.parse(first.stdout)).toMatchObject({
    runs: [{ outcome: 'ok', pending: 1, errors: [] }],
  });
  expect(first.stdout).not.toContain('gongWait');
  expect(texts()).toHaveLength(1);
  expect(texts()[0]).toMatch(new RegExp(`^sharetrail: ${TENANT} was paused by Gong\\n`));
  expect(texts()[0]).toContain(
    'asked to wait 24,000 hours (Retry-After); sharetrail waits 24 hours',
  );
  const second = await world.run('sync');
  expect(second.code).toBe(0);
  expect(second.stdout).toContain(`${TENANT}: Gong requested a pause, so events wait.`);
  expect(texts()).toHaveLength(1);
  const reports = world.query<{ report: string }>('select report from run order by started_at');
  expect(reports.map(({ report }) => JSON.parse(report))).toMatchObject([
    { gongWait: { reason: 'paused', cappedRetryAfterMs: 86_400_000_000 } },
    { gongWait: { reason: 'paused' } },
  ]);
});

test('a chat tool that is down does not affect the run, and its address is not visible anywhere', async () => {
  world.deliver(1);
  await chat.close();
  world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'answer', status: 401 } });
  const { code, stdout } = await world.run('sync --json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ runs: [{ outcome: 'failed' }] });
  const output = await world.output();
  expect(output).toContain('the alert was not delivered to alerts.webhook');
  expect(output).not.toContain('T0SECRET');
  for (const name of tablesIn(world)) {
    const rows = JSON.stringify(world.query(`select * from "${name}"`));
    expect(rows, name).not.toContain('T0SECRET');
  }
});

test('the scheduler alerts on a failed run, immediately if it is stopped, and does housekeeping', async () => {
  world.deliver(1);
  world.configure({ schedule: '* * * * *' });
  world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'answer', status: 401 } });
  const service = world.start('start');
  const watched = () =>
    tablesIn(world).includes('overdue') && world.query('select 1 from overdue').length > 0;
  await untilLogged(service, 'run ended');
  // On PostgreSQL, one process keeps house for all, at the next full minute.
  if (ON_SQLITE) await until(watched);
  service.kill('SIGTERM');
  const { code } = await service.ended();
  expect(code).toBe(0);
  expect(texts()).toEqual([expect.stringMatching(new RegExp(`^sharetrail: ${TENANT} failed\\n`))]);
});
