/**
 * Workers that share the runs of many tenants, each with one run at a time: how much more four of them
 * do than one. Other processes simulate the vendors, which respond after 20 ms, so a run mostly waits.
 * Throws if an event is lost or sent twice.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { openDatabase } from '../../src/db/open.ts';
import type { Database, Tables } from '../../src/db/schema.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { openRunQueue } from '../../src/queue/run-queue.ts';
import { createDatabase } from '../support/postgres/databases.ts';
import type { PostgresServer } from '../support/postgres/server.ts';

import { atLeast, expectCount, type Figure, figureOf, median, repeat } from './figure.ts';
import { type Service, startService, withTenants } from './measure.ts';
import type { Received } from './receiver.ts';
import type { Sizes } from './sizes.ts';
import { withPostgres } from './with-postgres.ts';
import { type Receiver, withReceiver } from './with-receiver.ts';

const POLL_MS = 50;
const CALLS_PER_SECOND = 3;
/** on the first of January: what is due is queued here */
const NEVER = '0 0 1 1 *';

interface Work {
  readonly tenants: number;
  /** of each */
  readonly events: number;
  readonly latencyMs: number;
}

interface Finished {
  readonly seconds: number;
  /** of the workers, in processor time */
  readonly cpuSeconds: number;
}

interface Measurement extends Finished {
  readonly received: Received;
}

interface Shared {
  readonly server: PostgresServer;
  readonly receiver: Receiver;
}

export async function workers(sizes: Sizes): Promise<Figure[]> {
  return withPostgres((server) =>
    withReceiver(sizes.workerLatencyMs, async (receiver) => [
      ...(await severalOfOne(sizes, { server, receiver })),
      ...(await oneAccount(sizes, { server, receiver })),
    ]),
  );
}

async function severalOfOne(sizes: Sizes, shared: Shared): Promise<Figure[]> {
  const { workerTenants: tenants, workerEvents: events, workersAtOnce, workerRuns } = sizes;
  const work = { tenants, events, latencyMs: sizes.workerLatencyMs };
  const runs = await withTenants(optionsOf(work, shared.receiver, 'own'), (folder) =>
    repeat(workerRuns, async () => ({
      one: await measure(work, { ...shared, folder, workers: 1 }),
      several: await measure(work, { ...shared, folder, workers: workersAtOnce }),
    })),
  );
  const amount = `${tenants.toLocaleString('en-US')} tenants of ${events} events`;
  const cpuOf = ({ cpuSeconds }: Finished) => (cpuSeconds * 1_000) / (tenants * events);
  return [
    figureOf({
      title: `${workersAtOnce} workers, ${amount}`,
      unit: 'times one worker',
      floor: { what: 'the number of workers', value: workersAtOnce },
      runs: runs.map(({ one, several }) => one.seconds / several.seconds),
      goals: [atLeast(3)],
    }),
    figureOf({
      title: `time of ${workersAtOnce} workers, ${amount}`,
      unit: 's',
      floor: { what: 'one worker', value: median(runs.map(({ one }) => one.seconds)) },
      runs: runs.map(({ several }) => several.seconds),
      goals: [],
    }),
    figureOf({
      title: `processor time of an event in ${workersAtOnce} workers`,
      unit: 'ms',
      floor: { what: 'in one worker', value: median(runs.map(({ one }) => cpuOf(one))) },
      runs: runs.map(({ several }) => cpuOf(several)),
      goals: [],
    }),
  ];
}

/**
 * Each tenant has the same events, and all of them the same Gong account. On a busy machine, calls wait
 * on their way to the receiver, and arrive together.
 */
async function oneAccount(sizes: Sizes, shared: Shared): Promise<Figure[]> {
  const { sharedAccountTenants: tenants, sharedAccountEvents: events, workersAtOnce } = sizes;
  const work = { tenants, events, latencyMs: sizes.workerLatencyMs };
  const options = {
    ...optionsOf(work, shared.receiver, 'one'),
    callsPerSecond: CALLS_PER_SECOND,
  };
  const { received } = await withTenants(options, (folder) =>
    measure(work, { ...shared, folder, workers: workersAtOnce }),
  );
  const all = tenants * events;
  return [
    figureOf({
      title: `pace of ${workersAtOnce} workers on one Gong account`,
      unit: 'a second',
      floor: { what: 'the limit', value: CALLS_PER_SECOND },
      runs: [perSecondOf(received)],
      goals: [],
    }),
    figureOf({
      title: `calls of ${workersAtOnce} workers on one Gong account within its limit`,
      unit: '%',
      floor: { what: 'all', value: 100 },
      runs: [((all - received.tooSoon) * 100) / all],
      goals: [atLeast(100)],
    }),
  ];
}

function optionsOf(
  { tenants, events, latencyMs }: Work,
  { origin }: Receiver,
  accounts: 'own' | 'one',
) {
  return {
    tenants,
    deliveries: events,
    schedule: NEVER,
    hours: 12,
    latencyMs,
    receiver: { origin, accounts },
  };
}

async function measure(
  work: Work,
  options: Shared & { readonly folder: string; readonly workers: number },
): Promise<Measurement> {
  const { server, receiver, folder } = options;
  const { url, drop } = await createDatabase(server, 'migrated');
  const db = openDatabase({ database: url, access: 'read' });
  const services = Array.from({ length: options.workers }, () =>
    startService(folder, ['worker', '--at-once', '1'], url),
  );
  try {
    await untilTrue(async () => (await countOf(db, 'worker')) === options.workers);
    await receiver.read();
    const startedAt = performance.now();
    await queueAll(db, { url, tenants: work.tenants });
    await untilTrue(async () => (await endedRuns(db)) >= work.tenants);
    const seconds = (performance.now() - startedAt) / 1_000;
    const usages = await Promise.all(services.splice(0).map((service) => service.stop()));
    const received = await receiver.read();
    await requireAll(db, received, work);
    const cpuSeconds = usages.reduce((sum, usage) => sum + usage.cpuSeconds, 0);
    return { seconds, cpuSeconds, received };
  } finally {
    await Promise.all(services.map((service: Service) => service.stop()));
    await db.destroy();
    await drop();
  }
}

async function queueAll(
  db: Database,
  { url, tenants }: { readonly url: string; readonly tenants: number },
): Promise<void> {
  const queue = await openRunQueue(url, {
    db,
    clock: systemClock,
    log: silentLogger,
    signal: new AbortController().signal,
  });
  const dueAt = Date.now();
  for (let number = 0; number < tenants; number += 1) {
    const tenant = `tenant-${number}`;
    await queue.add({ kind: 'due', tenant, dueAt, why: 'schedule', failures: 0, busy: 0 });
  }
  await queue.close();
}

/** Each event is on record as delivered, and arrived once. */
async function requireAll(
  db: Kysely<Tables>,
  received: Received,
  { tenants, events }: Work,
): Promise<void> {
  const all = tenants * events;
  expectCount('received events', received.events, all);
  const delivered = await db
    .selectFrom('event')
    .select((select) => select.fn.countAll<number>().as('events'))
    .where('state', '=', 'delivered')
    .executeTakeFirstOrThrow();
  expectCount('delivered events', Number(delivered.events), all);
  expectCount('runs', await countOf(db, 'run'), tenants);
}

function perSecondOf({ events, firstAt, lastAt }: Received): number {
  // The first ones are sent at once.
  return ((events - CALLS_PER_SECOND) * 1_000) / (lastAt - firstAt);
}

async function endedRuns(db: Kysely<Tables>): Promise<number> {
  const { runs } = await db
    .selectFrom('run')
    .select((select) => select.fn.countAll<number>().as('runs'))
    .where('finished_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(runs);
}

async function countOf(db: Kysely<Tables>, table: 'run' | 'worker'): Promise<number> {
  const { rows } = await db
    .selectFrom(table)
    .select((select) => select.fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  return Number(rows);
}

async function untilTrue(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await delay(POLL_MS);
}
