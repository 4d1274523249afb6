import { expect, inject, onTestFinished, test } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { openCurrentDatabase } from '../../src/db/open-current.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { DatabaseError } from '../../src/lib/errors.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { openRunQueue } from '../../src/queue/run-queue.ts';
import { emptyDatabase } from '../support/database.ts';

import { type LoopbackProxy, startBreaker, startStarting } from '../support/postgres/wire-proxy.ts';

const server = inject('postgres');
/** more than the attempts at one statement, so that it is the driver that waits */
const REFUSALS = 12;

const impatient = { ...systemClock, sleep: async () => {} };

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
  const { db } = await openCurrentDatabase({ database, access: 'write', clock: impatient });
  expect(await db.selectFrom('event').selectAll().execute()).toEqual([]);
  await db.destroy();
});

test('a server that does not come back is named', async () => {
  const { setting } = await emptyDatabase();
  const database = by(await through(startStarting(server.port, Number.POSITIVE_INFINITY)), setting);
  const opening = openCurrentDatabase({ database, access: 'write', clock: impatient });
  const failure = await opening.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DatabaseError);
  expect(failure).toMatchObject({
    message: expect.stringMatching(/^the connection to PostgreSQL was lost: .* \(57P03\)$/),
    hint: expect.stringContaining('Run again'),
  });
});

test('a connection that breaks at any message of the start is replaced', async () => {
  const { setting } = await emptyDatabase();
  for (let nth = 1; ; nth += 1) {
    const breaker = await through(startBreaker(server.port, nth));
    const database = by(breaker, setting);
    const { db } = await openCurrentDatabase({ database, access: 'write', clock: impatient });
    const { hasBroken } = breaker;
    await db.destroy();
    if (!hasBroken) return expect(nth).toBeGreaterThan(5);
  }
});

test('a connection that breaks at any message of the opening of the queue is replaced', async () => {
  const { setting } = await emptyDatabase();
  const db = openDatabase({ database: setting, access: 'write' });
  onTestFinished(() => db.destroy());
  await migrate(db);
  for (let nth = 1; ; nth += 1) {
    const breaker = await through(startBreaker(server.port, nth));
    const { signal } = new AbortController();
    const queue = await openRunQueue(by(breaker, setting), { db, log: silentLogger, signal });
    const { hasBroken } = breaker;
    await queue.close();
    if (!hasBroken) return expect(nth).toBeGreaterThan(5);
  }
});
