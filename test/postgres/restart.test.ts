import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { readCursor } from '../../src/db/cursors.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { DatabaseError } from '../../src/lib/errors.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { heldLease } from '../support/database.ts';
import { batchOf, eventSeries } from '../support/events.ts';
import { createDatabase, prepareTemplate } from '../support/postgres/databases.ts';
import { type RunningServer, startServer } from '../support/postgres/start-server.ts';

/** A server of its own: its restart closes the connections of every test. */
let running: RunningServer;
beforeAll(async () => {
  running = await startServer();
  await prepareTemplate(running.server);
});
afterAll(() => running.stop());

async function migratedDatabase(): Promise<Database> {
  const { url, drop } = await createDatabase(running.server, 'migrated');
  const db = openDatabase({ database: url, access: 'write' });
  onTestFinished(async () => {
    await db.destroy();
    await drop();
  });
  await migrate(db);
  return db;
}

test('idle connections that the server closes are replaced', async () => {
  const db = await migratedDatabase();
  await Promise.all([1, 2, 3].map(() => db.selectFrom('event').selectAll().execute()));
  await running.restart();
  expect(await db.selectFrom('event').selectAll().execute()).toEqual([]);
});

test('statements wait while the server restarts', async () => {
  const db = await migratedDatabase();
  await db.selectFrom('event').selectAll().execute();
  const restarted = running.restart();
  for (let read = 0; read < 20; read += 1) {
    // One that is running when the server stops can fail.
    await db.selectFrom('event').selectAll().execute().catch(requireHint);
    await delay(5);
  }
  await restarted;
});

test('a transaction that the restart interrupts is repeated', async () => {
  const db = await migratedDatabase();
  let attempts = 0;
  await inTransaction(db, async (trx) => {
    attempts += 1;
    await trx.insertInto('pause').values({ account: 'a', until: attempts }).execute();
    if (attempts === 1) await running.restart();
    await trx.insertInto('pause').values({ account: 'b', until: attempts }).execute();
  });
  expect(attempts).toBe(2);
  const rows = await db.selectFrom('pause').select('until').execute();
  expect(rows).toEqual([{ until: 2 }, { until: 2 }]);
});

test('what was committed before and during a restart is on record, with its cursor', async () => {
  const db = await migratedDatabase();
  const lease = await heldLease(db, 0);
  const committed: number[] = [];
  const commits = async () => {
    for (let page = 0; page < 40; page += 1) {
      const cursor = { stream: 'salesforce', position: String(page) };
      const batch = batchOf(eventSeries(20, `page-${page}`), { cursor });
      await commitBatch(db, lease, batch).then(() => committed.push(page), requireHint);
    }
  };
  const working = commits();
  await delay(20);
  await running.restart();
  await working;
  const rows = await db.selectFrom('event').select('event_id').execute();
  const ids = new Set(rows.map(({ event_id }) => event_id));
  for (const page of committed) {
    for (const { eventId } of eventSeries(20, `page-${page}`)) expect(ids).toContain(eventId);
  }
  expect(committed).toContain(39);
  expect(await readCursor(db, { tenant: 'acme', stream: 'salesforce' })).toBe('39');
});

function requireHint(error: unknown): void {
  if (!(error instanceof DatabaseError)) throw error;
  expect(error.message).toContain('the connection to PostgreSQL was lost');
  expect(error.hint).toContain('Run again');
}
