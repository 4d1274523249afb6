import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { type CliWorld, startCliWorld, TENANT, writeConfigFile } from '../support/cli-world.ts';
import type { Command } from '../support/command.ts';
import { loggedBy, untilLogged } from '../support/follow.ts';
import { freePort } from '../support/free-port.ts';
import type { PostgresServer } from '../support/postgres/server.ts';
import { startServer } from '../support/postgres/start-server.ts';
import { until } from '../support/until.ts';

/** A scheduled tenant that never ran, and the commands of several machines that share a database. */
interface SharedWorld extends AsyncDisposable {
  readonly world: CliWorld;
  readonly db: Database;
  start(words: string): Command;
  /** Starts a worker, and waits until it takes runs. */
  worker(): Promise<Command>;
}

async function sharedWorld(server: PostgresServer = inject('postgres')): Promise<SharedWorld> {
  const world = await startCliWorld({ server });
  world.configure({ schedule: '0 0 * * *' });
  const db = openDatabase({ database: world.database, access: 'write' });
  await migrate(db);
  let workers = 0;
  return {
    world,
    db,
    start: (words) => world.start(words),
    worker: async () => {
      const command = world.start('worker');
      workers += 1;
      await until(() => world.query('select id from worker').length === workers);
      return command;
    },
    [Symbol.asyncDispose]: async () => {
      await db.destroy();
      await world[Symbol.asyncDispose]();
    },
  };
}

/** The deliveries that Gong has; each once, or the test fails. */
function sharesIn({ sandbox }: CliWorld): string[] {
  const ids = sandbox.gong.events.map(({ body }) => String(body?.['shareId']));
  expect(new Set(ids).size).toBe(ids.length);
  return ids.toSorted();
}

async function runsOf(db: Database) {
  return db.selectFrom('run').select(['kind', 'outcome']).orderBy('started_at').execute();
}

async function untilServed(shared: SharedWorld, ids: readonly string[]): Promise<void> {
  await until(() => shared.world.sandbox.gong.events.length >= ids.length);
  await until(() => shared.world.query("select run_id from run where outcome = 'ok'").length > 0);
  expect(sharesIn(shared.world)).toEqual(ids.toSorted());
}

/** Two workers; the first one sends the events of a run. */
async function withRunInProgress({ world, worker, start }: SharedWorld) {
  const ids = world.deliver(40);
  const first = await worker();
  const gong = world.barrier({ vendor: 'gong', skip: 5 });
  start('start');
  await gong.reached(4);
  return { ids, gong, first, second: await worker() };
}

// Next to each other: they wait most of the time, until the others notice that a process is dead.
test.concurrent('the run of a killed worker resumes on another one', async () => {
  await using shared = await sharedWorld();
  const { ids, gong, first, second } = await withRunInProgress(shared);
  first.kill('SIGKILL');
  gong.open();
  await untilServed(shared, ids);
  second.kill('SIGTERM');
  expect(await second.ended()).toMatchObject({ code: 0 });
  expect(await runsOf(shared.db)).toMatchObject([{ outcome: null }, { outcome: 'ok' }]);
});

test.concurrent('a worker that is suspended longer than its lease cannot write when it continues', async () => {
  await using shared = await sharedWorld();
  const { ids, gong, first, second } = await withRunInProgress(shared);
  first.kill('SIGSTOP');
  gong.open();
  await untilServed(shared, ids);
  first.kill('SIGCONT');
  await untilLogged(first, 'run ended');
  expect(sharesIn(shared.world)).toEqual(ids.toSorted());
  expect(await runsOf(shared.db)).toMatchObject([{ outcome: null }, { outcome: 'ok' }]);
  for (const worker of [first, second]) {
    worker.kill('SIGTERM');
    expect(await worker.ended()).toMatchObject({ code: 0 });
  }
});

test.concurrent('workers and `start` survive a restart of the server in a run', async ({
  onTestFinished,
}) => {
  const running = await startServer();
  onTestFinished(() => running.stop());
  await using shared = await sharedWorld(running.server);
  const { world } = shared;
  const ids = world.deliver(40);
  const worker = await shared.worker();
  const gong = world.barrier({ vendor: 'gong', skip: 5 });
  const start = shared.start('start');
  await gong.reached(4);
  const restarted = running.restart();
  gong.open();
  await restarted;
  await until(() => world.sandbox.gong.events.length >= ids.length);
  expect(sharesIn(world)).toEqual(ids.toSorted());
  for (const command of [worker, start]) {
    command.kill('SIGTERM');
    expect(await command.ended()).toMatchObject({ code: 0 });
  }
});

test.concurrent('two `start` without a worker execute a due run once', async () => {
  await using shared = await sharedWorld();
  const ids = shared.world.deliver(10);
  const starts = [shared.start('start'), shared.start('start')];
  await untilServed(shared, ids);
  for (const start of starts) {
    start.kill('SIGTERM');
    expect(await start.ended()).toMatchObject({ code: 0 });
  }
  expect(await runsOf(shared.db)).toMatchObject([{ outcome: 'ok' }]);
});

test.concurrent('a worker that is stopped in a run puts it back; the next one completes it', async () => {
  await using shared = await sharedWorld();
  const { world } = shared;
  const ids = world.deliver(40);
  const first = await shared.worker();
  const gong = world.barrier({ vendor: 'gong', skip: 5 });
  shared.start('start');
  await gong.reached(4);
  first.kill('SIGTERM');
  gong.open();
  expect(await first.ended()).toMatchObject({ code: 0 });
  shared.start('worker');
  await untilServed(shared, ids);
});

test('a worker serves the page, probes, and metrics, and reloads its configuration on SIGHUP', async () => {
  await using shared = await sharedWorld();
  const { world } = shared;
  const settings = `database: ${world.database}\n`;
  writeConfigFile(world, 'sharetrail.yaml', `${settings}http:\n  port: ${await freePort()}\n`);
  const worker = await shared.worker();
  await untilLogged(worker, 'the operator page is ready');
  const origin = loggedBy(worker).find(({ url }) => url !== undefined)?.['url'];
  const get = async (path: string) => (await fetch(`${origin}${path}`)).text();
  expect(await get('/healthz')).toContain('ok');
  expect(await get('/readyz')).toContain('ok');
  expect(await get('/')).toMatch(/worker[\s\S]*idle/);
  const status = JSON.parse(await get('/api/status'));
  expect(status.workers).toMatchObject([{ runs: [] }]);
  expect(await get('/metrics')).toContain('sharetrail_queue_jobs{state="waiting"} 0');
  // A tenant that the worker does not have until it reloads.
  const file = readFileSync(join(world.folder, 'tenants', `${TENANT}.yaml`), 'utf8');
  writeConfigFile(world, 'tenants/later.yaml', file.replace(/^tenant: .*$/m, 'tenant: later'));
  // The page has one port.
  writeConfigFile(world, 'sharetrail.yaml', settings);
  const start = shared.start('start --tenant later');
  await untilLogged(worker, 'no configuration of the tenant here: its runs are left to others');
  worker.kill('SIGHUP');
  await untilLogged(worker, 'configuration reloaded');
  await untilLogged(worker, 'run ended', { tenant: 'later', outcome: 'ok' });
  await expect.poll(() => get('/')).toContain('later');
  for (const command of [worker, start]) {
    command.kill('SIGTERM');
    expect(await command.ended()).toMatchObject({ code: 0 });
  }
});
