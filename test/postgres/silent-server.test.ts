import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { POSTGRES_LIMITS } from '../../src/db/limits.ts';
import { openDatabase } from '../../src/db/open.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { DatabaseError } from '../../src/lib/errors.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { openRunQueue } from '../../src/queue/run-queue.ts';
import { createDatabase, urlOf } from '../support/postgres/databases.ts';
import { type Silencer, startSilencer } from '../support/postgres/wire-proxy.ts';
import { until } from '../support/until.ts';

/** A firewall that drops a connection: no byte arrives anymore, and nothing reports an end. */
let network: Silencer;
let url: string;
beforeEach(async () => {
  const server = inject('postgres');
  const { name, drop } = await createDatabase(server, 'migrated');
  network = await startSilencer(server.port);
  url = urlOf({ ...server, port: network.port }, name);
  onTestFinished(drop);
});
afterEach(() => vi.useRealTimers());

function databaseThatStopsWith(stop: AbortController) {
  const db = openDatabase({ database: url, access: 'write', signal: stop.signal });
  onTestFinished(async () => {
    // Ends connections that no fake timer ends anymore.
    await network.stop();
    await db.destroy();
  });
  return db;
}

/** How a promise ended, once it has. */
function endOf(work: Promise<unknown>) {
  const end: { error?: unknown } = {};
  work.catch((error: unknown) => {
    end.error = error;
  });
  return end;
}

test('a statement without an answer fails, and takes its connection with it', async () => {
  const db = databaseThatStopsWith(new AbortController());
  await db.selectFrom('event').selectAll().execute();
  network.silence();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const end = endOf(db.selectFrom('event').selectAll().execute());
  await vi.advanceTimersByTimeAsync(POSTGRES_LIMITS.answerMsMax - 1);
  expect(end.error).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(end.error).toBeInstanceOf(DatabaseError);
  expect(String(end.error)).toContain('the connection to PostgreSQL was lost');
});

test('a transaction without an answer does not wait for its rollback, too', async () => {
  const db = databaseThatStopsWith(new AbortController());
  await db.selectFrom('event').selectAll().execute();
  const { promise: silent, resolve } = Promise.withResolvers<void>();
  const end = endOf(
    db.transaction().execute(async (trx) => {
      await trx.selectFrom('event').selectAll().execute();
      network.silence();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const unanswered = trx.selectFrom('event').selectAll().execute();
      // Once it is sent, its time runs.
      setImmediate(resolve);
      await unanswered;
    }),
  );
  await silent;
  await vi.advanceTimersByTimeAsync(POSTGRES_LIMITS.answerMsMax);
  // No further time passes.
  await until(() => end.error !== undefined);
  expect(end.error).toBeInstanceOf(DatabaseError);
});

test('after a stop, a silent server is given up soon: by statements, logins, and the queue', async () => {
  const stop = new AbortController();
  const { signal } = stop;
  const db = databaseThatStopsWith(stop);
  await db.selectFrom('event').selectAll().execute();
  const queue = await openRunQueue(url, { db, clock: systemClock, log: silentLogger, signal });
  network.silence();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // The second one needs a connection of its own.
  const works = [
    db.selectFrom('event').selectAll().execute(),
    db.selectFrom('event').selectAll().execute(),
    queue.take(1, { except: [] }),
  ];
  const ends = works.map(endOf);
  stop.abort();
  await vi.advanceTimersByTimeAsync(POSTGRES_LIMITS.answerAfterStopMsMax);
  vi.useRealTimers();
  await until(() => ends.every(({ error }) => error !== undefined));
  for (const { error } of ends) expect(error).toBeInstanceOf(DatabaseError);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const closed = queue.close();
  await vi.advanceTimersByTimeAsync(POSTGRES_LIMITS.answerAfterStopMsMax);
  await closed;
});

test('after a stop, a transaction is not repeated whose statement was cut', async () => {
  const stop = new AbortController();
  const db = databaseThatStopsWith(stop);
  await db.selectFrom('event').selectAll().execute();
  let attempts = 0;
  const end = endOf(
    inTransaction(db, async (trx) => {
      attempts += 1;
      network.silence();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const unanswered = trx.selectFrom('event').selectAll().execute();
      unanswered.catch(() => {});
      stop.abort();
      await vi.advanceTimersByTimeAsync(POSTGRES_LIMITS.answerAfterStopMsMax);
      await unanswered;
    }),
  );
  await until(() => end.error !== undefined);
  expect(String(end.error)).toContain('stopped without waiting for PostgreSQL');
  expect(attempts).toBe(1);
});
