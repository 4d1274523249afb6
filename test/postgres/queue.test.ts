import { PgBoss } from 'pg-boss';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { TenantConfig } from '../../src/config/types.ts';
import { listBackfills } from '../../src/db/backfills.ts';
import { acquireLease, releaseLease } from '../../src/db/leases.ts';
import { liveWorkers, queueDepth } from '../../src/db/workers.ts';
import { StopRequested } from '../../src/lib/errors.ts';
import type { RunOptions } from '../../src/runs/execute-run.ts';
import type { RunEvent } from '../../src/runs/run-events.ts';
import { leaseName } from '../../src/runs/tenant-lease.ts';
import { startQueueProcess } from '../support/queue-rig.ts';
import { recordLog } from '../support/recorded-log.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

const HOUR_MS = 60 * 60_000;

let world: World;
let contact: string;

beforeEach(async () => {
  world = await startWorld();
  // Registered first, so that it closes last: a process without its database waits a minute.
  onTestFinished(() => world.close());
  contact = world.org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  deliver();
});

function deliver(): void {
  world.org.deliver({ title: 'Deck', relatedTo: contact, at: world.clock.now() - HOUR_MS });
}

/** Tenants with a due time that was missed: each reads the same org, and sends its own events. */
function missed(count: number): TenantConfig[] {
  return Array.from({ length: count }, (_, number) => ({
    ...world.tenant,
    tenant: `tenant-${number}`,
    schedule: '0 0 * * *',
  }));
}

describe('a due run', () => {
  test('is queued by `start` and executed by a worker', async () => {
    const tenants = missed(1);
    const worker = await startQueueProcess(world, { as: 'worker', tenants });
    await expect.poll(async () => liveWorkers(worker.context.db, 0)).toHaveLength(1);
    const start = await startQueueProcess(world, { as: 'start', tenants });
    await until(() => worker.runs.length > 0);
    expect(worker.runs).toMatchObject([{ tenant: 'tenant-0', outcome: 'ok', delivered: 1 }]);
    expect(start.runs).toEqual([]);
  });

  test('is executed once, whatever the number of workers and of `start`', async () => {
    const tenants = missed(6);
    const first = await startQueueProcess(world, { as: 'worker', tenants, atOnce: 1 });
    const second = await startQueueProcess(world, { as: 'worker', tenants, atOnce: 1 });
    const workers = [first, second];
    await expect.poll(() => liveWorkers(first.context.db, 0)).toHaveLength(2);
    const starts = [
      await startQueueProcess(world, { as: 'start', tenants }),
      await startQueueProcess(world, { as: 'start', tenants }),
    ];
    const runs = () => workers.flatMap((each) => each.runs);
    await until(() => runs().length >= 6);
    for (const start of starts) await start.stop();
    for (const worker of workers) expect(await worker.stop()).toBe('clean');
    expect(
      runs()
        .map(({ tenant }) => tenant)
        .sort(),
    ).toEqual(tenants.map((each) => each.tenant));
    expect(starts.flatMap((each) => each.runs)).toEqual([]);
    expect(workers.every((each) => each.runs.length > 0)).toBe(true);
  });
});

test('without a worker, `start` executes the runs until one appears', async () => {
  const tenants = missed(1);
  const start = await startQueueProcess(world, { as: 'start', tenants });
  await until(() => start.runs.length > 0);
  const { db, clock } = start.context;
  expect(await liveWorkers(db, clock.now())).toMatchObject([{ role: 'standby' }]);
  await startQueueProcess(world, { as: 'worker', tenants });
  await expect
    .poll(async () => (await liveWorkers(db, clock.now())).map(({ role }) => role))
    .toEqual(['worker']);
  expect(await queueDepth(db)).toEqual({ waiting: 0, delayed: 0, active: 0 });
});

test('the jobs of another program in the same schema are not runs', async () => {
  const tenants = missed(1);
  const worker = await startQueueProcess(world, { as: 'worker', tenants });
  const { context } = worker;
  const boss = new PgBoss({
    connectionString: context.config.service.database,
    supervise: false,
    schedule: false,
  });
  onTestFinished(() => boss.stop({ graceful: false }));
  await boss.start();
  await boss.createQueue('mails');
  await boss.send('mails', {});
  await boss.send('mails', {}, { startAfter: 60 });
  await boss.send('mails', {});
  expect(await boss.fetch('mails')).toHaveLength(1);
  expect(await queueDepth(context.db)).toEqual({ waiting: 0, delayed: 0, active: 0 });
});

test('a tenant that another run has locked waits for it, and a warning says until when', async () => {
  const tenants = missed(1);
  const { log, lines } = recordLog({ isDebug: false });
  const worker = await startQueueProcess(world, { as: 'worker', tenants, log });
  const { db, clock } = worker.context;
  const manual = { name: leaseName('tenant-0'), holder: worker.context.holder() };
  expect(await acquireLease(db, manual, clock.now())).toBe(true);
  // Otherwise, `start` attempts the run itself.
  await expect.poll(() => liveWorkers(db, 0)).toHaveLength(1);
  await startQueueProcess(world, { as: 'start', tenants });
  await expect.poll(() => queueDepth(db)).toEqual({ waiting: 0, delayed: 1, active: 0 });
  expect(worker.runs).toEqual([]);
  expect(lines.filter(({ level }) => level === 'warn')[0]).toMatchObject({
    message: 'scheduled run skipped: another run has locked the tenant',
    fields: { tenant: 'tenant-0', retryAt: expect.stringMatching(/Z$/) },
  });
  await releaseLease(db, manual);
  await until(() => worker.runs.length > 0);
  expect(worker.runs).toMatchObject([{ outcome: 'ok', delivered: 1 }]);
});

test('a worker with some of the tenants leaves the runs of the others to other workers', async () => {
  const tenants = missed(2);
  const [first, second] = tenants.map((tenant) => [tenant]);
  const partial = await startQueueProcess(world, { as: 'worker', tenants: first ?? [] });
  await expect.poll(() => liveWorkers(partial.context.db, 0)).toHaveLength(1);
  await startQueueProcess(world, { as: 'start', tenants });
  await until(() => partial.runs.length === 1);
  // The run is not delayed: it waits for the worker that knows it.
  await expect
    .poll(() => queueDepth(partial.context.db))
    .toEqual({ waiting: 1, delayed: 0, active: 0 });
  partial.runner.configure(partial.runner.config, second ?? []);
  await until(() => partial.runs.length === 2);
  expect(partial.runs.map(({ tenant }) => tenant)).toEqual(['tenant-0', 'tenant-1']);
});

test('a worker that is stopped puts its run back, and another one completes it', async () => {
  const tenants = missed(1);
  for (let count = 0; count < 200; count += 1) deliver();
  const first = await startQueueProcess(world, { as: 'worker', tenants });
  await expect.poll(() => liveWorkers(first.context.db, 0)).toHaveLength(1);
  await startQueueProcess(world, { as: 'start', tenants });
  await until(() => world.gong.events.length > 10);
  expect(await first.stop()).toBe('clean');
  expect(await liveWorkers(first.context.db, 0)).toEqual([]);
  const second = await startQueueProcess(world, { as: 'worker', tenants });
  await until(() => second.runs.some(({ outcome }) => outcome === 'ok'));
  expect(new Set(world.gong.events.map(({ body }) => body?.['eventId'])).size).toBe(201);
});

/** A backfill that is interrupted before it reads anything. */
async function interruptBackfill(tenant: TenantConfig, push: RunOptions['push']): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => stop.abort(new StopRequested());
  const listeners = [({ kind }: RunEvent) => void (kind === 'stage started' && interrupt())];
  const since = world.clock.now() - 2 * HOUR_MS;
  await world.backfill({ since }, { tenant, signal: stop.signal, listeners, push });
}

/** Starts a worker, and ends it once it has seen to its duties, such as the backfill. */
async function doDuties(tenant: TenantConfig): Promise<void> {
  await interruptBackfill(tenant, 'send');
  const { runner, runs, stop } = await startQueueProcess(world, {
    as: 'worker',
    tenants: [tenant],
  });
  await expect
    .poll(() => {
      runner.tick();
      return runs.map(({ kind }) => kind);
    })
    .toContain('backfill');
  await stop();
}

test('retention is applied soon after a start, but once per hour if processes restart', async () => {
  const [tenant = world.tenant] = missed(1);
  const { db } = await world.context();
  const rows = () => db.selectFrom('set_aside').select('id').execute();
  const addOldRow = async (id: string) => {
    const row = { tenant: 'acme', source: 'salesforce', kind: 'delivery', id, row: null, at: 0 };
    const why = { problem: 'unreadable', place: '{}', version: '0.0.1' };
    const values = { ...row, ...why };
    await db.insertInto('set_aside').values(values).execute();
  };
  await addOldRow('first');
  await doDuties(tenant);
  expect(await rows()).toEqual([]);
  await addOldRow('second');
  await doDuties(tenant);
  expect(await rows()).toEqual([{ id: 'second' }]);
  world.clock.advance(HOUR_MS);
  await doDuties(tenant);
  expect(await rows()).toEqual([]);
});

describe('history', () => {
  test('of an interrupted backfill continues on a worker, in slices', async () => {
    const tenants = missed(1);
    const [tenant = world.tenant] = tenants;
    for (let count = 0; count < 300; count += 1) deliver();
    await interruptBackfill(tenant, 'send');
    const worker = await startQueueProcess(world, { as: 'worker', tenants });
    await expect.poll(() => liveWorkers(worker.context.db, 0)).toHaveLength(1);
    const kinds = () => worker.runs.map(({ kind }) => kind);
    await expect
      .poll(() => {
        worker.runner.tick();
        return kinds();
      })
      .toContain('backfill');
    await until(() => world.gong.events.length >= 301);
    expect(await listBackfills(worker.context.db, tenant.tenant)).toMatchObject([
      { state: 'read' },
    ]);
    expect(new Set(world.gong.events.map(({ body }) => body?.['eventId'])).size).toBe(301);
  });

  test('of `backfill --no-push` waits for the same command: no worker sends it', async () => {
    const tenants = missed(2);
    const [unsent = world.tenant, sent = world.tenant] = tenants;
    await interruptBackfill(unsent, 'queue-only');
    await interruptBackfill(sent, 'send');
    const worker = await startQueueProcess(world, { as: 'worker', tenants });
    await expect
      .poll(async () => {
        worker.runner.tick();
        return worker.runs.map(({ tenant }) => tenant);
      })
      .toContain(sent.tenant);
    expect(await listBackfills(worker.context.db, unsent.tenant)).toMatchObject([
      { state: 'reading' },
    ]);
    expect(worker.runs.map(({ tenant }) => tenant)).not.toContain(unsent.tenant);
  });

  test('continues next to a process that lacks the tenant, and that started before', async () => {
    const [tenant = world.tenant, other = world.tenant] = missed(2);
    await interruptBackfill(tenant, 'send');
    const { context } = await startQueueProcess(world, { as: 'worker', tenants: [other] });
    const duties = () =>
      context.db.selectFrom('lease').select('name').where('name', 'like', 'duties%').execute();
    await expect.poll(duties).toHaveLength(1);
    const worker = await startQueueProcess(world, { as: 'worker', tenants: [tenant] });
    await expect.poll(duties).toHaveLength(2);
    await expect
      .poll(async () => {
        worker.runner.tick();
        return worker.runs.map(({ kind }) => kind);
      })
      .toContain('backfill');
  });
});
