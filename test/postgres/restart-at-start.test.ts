import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { copyDatabase } from '../../src/db/copy/copy-database.ts';
import { DATABASE_LIMITS } from '../../src/db/limits.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { openCurrentDatabase } from '../../src/db/open-current.ts';
import type { Database } from '../../src/db/schema.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { DatabaseError, StopRequested } from '../../src/lib/errors.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { AreaChecks } from '../../src/operator/check/area-checks.ts';
import { checkDatabase } from '../../src/operator/check/database.ts';
import { startDeadline } from '../../src/operator/check/deadline.ts';
import { openRunQueue } from '../../src/queue/run-queue.ts';
import { emptyDatabase, migratedFile } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { administer } from '../support/postgres/databases.ts';
import {
  type LoopbackProxy,
  startBreaker,
  startForwarder,
  startStarting,
} from '../support/postgres/wire-proxy.ts';

const server = inject('postgres');
/** more than the attempts at one statement, so that it is the driver that waits */
const REFUSALS = 12;

/** Does not wait, but counts. */
class ImpatientClock implements Clock {
  readonly waitsMs: number[] = [];
  /** called before each wait */
  onWait = () => {};

  now(): number {
    return Date.now();
  }

  async sleep(ms: number): Promise<void> {
    this.onWait();
    this.waitsMs.push(ms);
  }

  get waitedMs(): number {
    return this.waitsMs.reduce((sum, ms) => sum + ms, 0);
  }
}

function opened(database: string, clock: Clock = systemClock): Database {
  const db = openDatabase({ database, access: 'write', clock });
  onTestFinished(() => db.destroy());
  return db;
}

function by({ port }: LoopbackProxy, database: string): string {
  return Object.assign(new URL(database), { port: String(port) }).href;
}

async function through<T extends LoopbackProxy>(starting: Promise<T>): Promise<T> {
  const proxy = await starting;
  onTestFinished(() => proxy.stop());
  return proxy;
}

test('a process that starts while PostgreSQL starts waits for it', async () => {
  const { setting } = await emptyDatabase();
  const database = by(await through(startStarting(server.port, REFUSALS)), setting);
  const { db } = await openCurrentDatabase({
    database,
    access: 'write',
    clock: new ImpatientClock(),
  });
  expect(await db.selectFrom('event').selectAll().execute()).toEqual([]);
  await db.destroy();
});

function sessionsOfQueue(setting: string): Promise<object[]> {
  const name = new URL(setting).pathname.slice(1);
  const ofQueue = "application_name = 'sharetrail queue'";
  return administer(
    server,
    `select pid from pg_stat_activity where datname = '${name}' and ${ofQueue}`,
  );
}

const GONE = {
  message: expect.stringMatching(/^the connection to PostgreSQL was lost: .* \(57P03\)$/),
  hint: expect.stringContaining('Run again'),
};

describe.each(['read', 'write'] as const)('a server that does not come back (%s)', (access) => {
  test('is waited for as long as a lease, once, and named', async () => {
    const { setting } = await emptyDatabase();
    const never = await through(startStarting(server.port, Number.POSITIVE_INFINITY));
    const clock = new ImpatientClock();
    const opening = openCurrentDatabase({ database: by(never, setting), access, clock });
    const failure = await opening.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DatabaseError);
    expect(failure).toMatchObject(GONE);
    expect(clock.waitedMs).toBe(DATABASE_LIMITS.lockWaitMsMax);
  });

  test('is given up soon after a stop', async () => {
    const { setting } = await emptyDatabase();
    const never = await through(startStarting(server.port, Number.POSITIVE_INFINITY));
    const stop = new AbortController();
    const clock = new ImpatientClock();
    clock.onWait = () => stop.abort(new StopRequested());
    const database = by(never, setting);
    const opening = openCurrentDatabase({ database, access, clock, signal: stop.signal });
    await expect(opening).rejects.toMatchObject(GONE);
    expect(clock.waitedMs).toBe(DATABASE_LIMITS.lockWaitAfterStopMsMax);
  });
});

test('an address at which nothing listens fails at once', async () => {
  const { setting } = await emptyDatabase();
  const database = Object.assign(new URL(setting), { port: String(await freePort()) }).href;
  const clock = new ImpatientClock();
  for (const access of ['read', 'write'] as const) {
    await expect(openCurrentDatabase({ database, access, clock })).rejects.toMatchObject({
      name: 'DatabaseError',
      message: expect.stringContaining('the PostgreSQL server cannot be reached'),
      hint: expect.stringContaining('Check the host and port'),
    });
  }
  expect(clock.waitsMs).toEqual([]);
});

test('a transaction waits for a server that is gone as long as a lease, once', async () => {
  const { setting } = await emptyDatabase();
  await migrate(opened(setting));
  const forwarder = await startForwarder(server.port, '127.0.0.1');
  const clock = new ImpatientClock();
  const db = opened(by(forwarder, setting), clock);
  const cut = inTransaction(db, async (trx) => {
    await trx.selectFrom('event').selectAll().execute();
    await forwarder.stop();
    await trx.selectFrom('event').selectAll().execute();
  });
  await expect(cut).rejects.toMatchObject({ hint: expect.stringContaining('Check the host') });
  expect(clock.waitedMs).toBe(DATABASE_LIMITS.lockWaitMsMax);
});

test('`check` waits for a server that starts only as long as a stopping run', async () => {
  const { setting } = await emptyDatabase();
  const never = await through(startStarting(server.port, Number.POSITIVE_INFINITY));
  const clock = new ImpatientClock();
  const deadline = startDeadline({ clock: systemClock, signal: new AbortController().signal });
  const checks = new AreaChecks({ area: 'database', deadline });
  const checked = await checkDatabase(checks, { service: { database: by(never, setting) }, clock });
  await Promise.all([checked.close(), deadline.end()]);
  expect(checks.checks[0]).toMatchObject({ name: 'connection', status: 'failed' });
  expect(clock.waitedMs).toBe(DATABASE_LIMITS.lockWaitAfterStopMsMax);
});

test.each(['FROM', 'TO'] as const)(
  '`copy-database` gives up a server that starts soon after a stop (%s)',
  async (role) => {
    const { setting } = await emptyDatabase();
    const { setting: file } = await migratedFile();
    const never = await through(startStarting(server.port, Number.POSITIVE_INFINITY));
    const stop = new AbortController();
    const clock = new ImpatientClock();
    clock.onWait = () => stop.abort(new StopRequested());
    const starting = by(never, setting);
    const copying = copyDatabase({
      from: role === 'FROM' ? starting : file,
      to: role === 'TO' ? starting : file,
      clock,
      signal: stop.signal,
      onProgress: () => {},
      onEvents: async () => {},
    });
    const message = expect.stringContaining(`${role}: the connection to PostgreSQL was lost`);
    await expect(copying).rejects.toMatchObject({ message });
    expect(clock.waitedMs).toBe(DATABASE_LIMITS.lockWaitAfterStopMsMax);
  },
);

test.each(['write', 'read'] as const)(
  'a connection that breaks at any message of the start is replaced (%s)',
  async (access) => {
    const { setting } = await emptyDatabase();
    if (access === 'read') await migrate(opened(setting));
    for (let nth = 1; ; nth += 1) {
      const breaker = await through(startBreaker(server.port, nth));
      const database = by(breaker, setting);
      const { db } = await openCurrentDatabase({ database, access, clock: new ImpatientClock() });
      const { hasBroken } = breaker;
      await db.destroy();
      if (!hasBroken) return expect(nth).toBeGreaterThan(5);
    }
  },
);

test('a connection that breaks at any message of the opening of the queue is replaced', async () => {
  const { setting } = await emptyDatabase();
  const db = opened(setting);
  await migrate(db);
  for (let nth = 1; ; nth += 1) {
    const breaker = await through(startBreaker(server.port, nth));
    const { signal } = new AbortController();
    const tools = { db, clock: new ImpatientClock(), log: silentLogger, signal };
    const queue = await openRunQueue(by(breaker, setting), tools);
    const { hasBroken } = breaker;
    await queue.close();
    if (hasBroken) continue;
    expect(nth).toBeGreaterThan(5);
    // Neither the queue nor its broken attempts leave a session.
    await expect.poll(() => sessionsOfQueue(setting)).toEqual([]);
    return;
  }
});

test('a server that lets no one in, while it still serves its sessions, is given some seconds', async () => {
  const { setting } = await emptyDatabase();
  const db = opened(setting);
  await migrate(db);
  const clock = new ImpatientClock();
  const { signal } = new AbortController();
  const never = await through(startStarting(server.port, Number.POSITIVE_INFINITY));
  const opening = openRunQueue(by(never, setting), { db, clock, log: silentLogger, signal });
  await expect(opening).rejects.toMatchObject(GONE);
  expect(clock.waitsMs).toEqual([250, 500, 1_000, 2_000]);
});

test('the queue does not wait for such a server after a stop', async () => {
  const { setting } = await emptyDatabase();
  const db = opened(setting);
  await migrate(db);
  const clock = new ImpatientClock();
  const signal = AbortSignal.abort(new StopRequested());
  const never = await through(startStarting(server.port, Number.POSITIVE_INFINITY));
  const opening = openRunQueue(by(never, setting), { db, clock, log: silentLogger, signal });
  await expect(opening).rejects.toMatchObject(GONE);
  expect(clock.waitsMs).toEqual([]);
});
