import { sql } from 'kysely';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import type { TenantConfig } from '../../src/config/types.ts';
import { lockTotal } from '../../src/db/call-total.ts';
import { takeCalls } from '../../src/db/calls.ts';
import { databaseTime } from '../../src/db/database-time.ts';
import { acquireLease, guardLease, type LeaseKey, takeLease } from '../../src/db/leases.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import type { Database, Statement } from '../../src/db/schema.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { statusOf } from '../../src/operator/status.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { findEvents } from '../../src/outbox/find-events.ts';
import { settle } from '../../src/outbox/queue.ts';
import { eraseSettled } from '../../src/outbox/retention.ts';
import { indexNextEvents, queueForSearch } from '../../src/outbox/search-index.ts';
import { createPacer } from '../../src/push/pacer.ts';
import type { AppContext } from '../../src/runs/app-context.ts';
import { nextDue } from '../../src/scheduler/due-times.ts';
import { gongAccountOf } from '../../src/vendors/gong/account.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { batchOf, eventSeries, newEvent } from '../support/events.ts';
import { accessKeyConfig } from '../support/gong-config.ts';
import { administer, createDatabase, urlOf } from '../support/postgres/databases.ts';

const HOUR = 60 * 60_000;
const server = inject('postgres');

/** Waits until the work waits for a lock. Throws if it ends without. */
async function waitsForLock(db: Database, work: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
  };
  work.then(end, end);
  for (;;) {
    const { rows } = await sql`
      select 1 from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()
    `.execute(db);
    if (rows.length > 0) return;
    if (hasEnded) throw new Error('it did not wait');
  }
}

/** A transaction that stays open until `end` is called. */
function openTransaction(db: Database, work: (trx: Statement) => Promise<unknown>) {
  const begun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const ended = inTransaction(db, async (trx) => {
    await work(trx);
    begun.resolve();
    await mayEnd.promise;
  });
  ended.catch(begun.reject);
  // Before its database is closed, which waits for it.
  onTestFinished(() => mayEnd.resolve());
  return {
    begun: begun.promise,
    end: async () => {
      mayEnd.resolve();
      await ended;
    },
  };
}

describe('transactions that exclude each other', () => {
  const holderOf = (number: number): LeaseKey => ({
    name: 'tenant acme',
    holder: `machine-${number}/pid:[1]|42|4711|nonce`,
  });

  test('a lease that does not exist yet is taken once, in whatever order transactions meet', async () => {
    const { db, open } = await testDatabase();
    const first = openTransaction(db, (trx) => takeLease(trx, holderOf(1), 0));
    await first.begun;
    const second = acquireLease(open(), holderOf(2), 0);
    await waitsForLock(open(), second);
    await first.end();
    expect(await second).toBe(false);
  });

  test('one of many machines takes an expired lease', async () => {
    const { open, db } = await testDatabase();
    await acquireLease(db, holderOf(99), 0);
    const machines = Array.from({ length: 8 }, () => open());
    const taken = await Promise.all(
      machines.map((each, number) => acquireLease(each, holderOf(number), HOUR)),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('a lease is not taken over in the middle of a transaction of its holder', async () => {
    const { db, open } = await testDatabase();
    const lease = holderOf(1);
    await acquireLease(db, lease, 0);
    const commit = openTransaction(db, (trx) => guardLease(trx, lease));
    await commit.begun;
    const taking = acquireLease(open(), holderOf(2), HOUR);
    await waitsForLock(open(), taking);
    await commit.end();
    await taking;
    await expect(inTransaction(db, (trx) => guardLease(trx, lease))).rejects.toThrow('took over');
  });

  test('calls of many machines never exceed the limit of their account', async () => {
    const { open } = await testDatabase();
    const limits = { burst: { calls: 3, windowMs: 1_000 }, callsPerDay: 100 };
    const request = {
      account: 'gong',
      now: () => HOUR,
      limits,
      requested: 2,
      arrivalMarginMs: 0,
      corrections: [],
    };
    const machines = Array.from({ length: 6 }, () => open());
    const decisions = await Promise.all(
      machines.flatMap((db) => [1, 2, 3].map(() => takeCalls(db, request))),
    );
    const calls = decisions.map((decision) => (decision.kind === 'go' ? decision.calls : 0));
    expect(calls.reduce((sum, each) => sum + each)).toBe(3);
  });

  test('the time of a call is read after the wait for the lock', async () => {
    const { db, open } = await testDatabase();
    const limits = { burst: { calls: 3, windowMs: 1_000 }, callsPerDay: 100 };
    const other = openTransaction(open(), (trx) => lockTotal(trx, 'gong'));
    await other.begun;
    let now = 0;
    const taking = takeCalls(db, {
      account: 'gong',
      now: () => now,
      limits,
      requested: 1,
      arrivalMarginMs: 0,
      corrections: [],
    });
    await waitsForLock(open(), taking);
    now = 4_000;
    await other.end();
    expect(await taking).toEqual({ kind: 'go', at: 4_000, calls: 1 });
  });

  test('an event that an operator changes meanwhile is settled in its new state', async () => {
    const { db, open } = await testDatabase();
    const lease = await heldLease(db, 0);
    await commitBatch(db, lease, batchOf([newEvent('one')]));
    const skipping = openTransaction(open(), (trx) =>
      trx.updateTable('event').set({ state: 'skipped', reason: 'operator' }).execute(),
    );
    await skipping.begun;
    const settled = settle(db, lease, [
      {
        tenant: 'acme',
        eventId: 'one',
        at: 1,
        outcome: 'rejected',
        stateEvent: 'reject',
        errors: [],
      },
    ]);
    await waitsForLock(open(), settled);
    await skipping.end();
    await settled;
    expect((await findEvents(db, ['acme'], 'one'))[0]).toMatchObject({
      state: 'skipped',
      attempts: 1,
    });
  });

  test('two machines that erase old events do not wait for each other', async () => {
    const { db, open } = await testDatabase();
    const lease = await heldLease(db, 0);
    const old = eventSeries(3).map((event) => ({ ...event, state: 'delivered' as const }));
    await commitBatch(db, lease, { ...batchOf(old), now: 0 });
    const other = openTransaction(open(), (trx) =>
      trx
        .selectFrom('event')
        .selectAll()
        .where('event_id', '=', 'event-000001')
        .forUpdate()
        .execute(),
    );
    await other.begun;
    expect(await eraseSettled(db, { before: HOUR, now: HOUR })).toBe(2);
    await other.end();
    expect(await eraseSettled(db, { before: HOUR, now: HOUR })).toBe(1);
  });
});

test('an event that is committed late stays queued while later ones are indexed', async () => {
  const { db, open } = await testDatabase();
  const lease = await heldLease(db, 0);
  await commitBatch(db, lease, batchOf([newEvent('late'), newEvent('early')]));
  while (await indexNextEvents(db));
  const late = openTransaction(open(), (trx) => queueForSearch(trx, 'acme', ['late']));
  await late.begun;
  await queueForSearch(db, 'acme', ['early']);
  const other = openTransaction(open(), (trx) =>
    trx.selectFrom('search_document').selectAll().forUpdate().execute(),
  );
  await other.begun;
  const indexing = indexNextEvents(db);
  await waitsForLock(open(), indexing);
  await late.end();
  await other.end();
  await indexing;
  const queued = await db.selectFrom('search_queue').select('event_ids').execute();
  expect(queued).toEqual([{ event_ids: '["late"]' }]);
});

describe('a transaction that PostgreSQL rolls back so that others can continue', () => {
  const lock = (trx: Statement, account: string) =>
    trx.updateTable('pause').set({ until: 2 }).where('account', '=', account).execute();

  test('is repeated from its beginning', async () => {
    const { db, open } = await testDatabase();
    await db
      .insertInto('pause')
      .values([
        { account: 'a', until: 1 },
        { account: 'b', until: 1 },
      ])
      .execute();
    const bothBegan = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    let attempts = 0;
    const inOrder = async (on: Database, first: 0 | 1) => {
      const order = first === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const);
      await inTransaction(on, async (trx) => {
        attempts += 1;
        await lock(trx, order[0]);
        bothBegan[first].resolve();
        await bothBegan[first === 0 ? 1 : 0].promise;
        await lock(trx, order[1]);
        await trx.insertInto('call').values({ account: order[0], at: 1, calls: 1 }).execute();
      });
    };
    await Promise.all([inOrder(db, 0), inOrder(open(), 1)]);
    // More than 3 if the server rolls both back.
    expect(attempts).toBeGreaterThanOrEqual(3);
    expect(await db.selectFrom('call').selectAll().execute()).toHaveLength(2);
  });

  test('commits every event once if a commit is repeated', async () => {
    const { db } = await testDatabase();
    const lease = await heldLease(db, 0);
    let attempts = 0;
    const batch = {
      ...batchOf(eventSeries(150)),
      writeInTransaction: async () => {
        attempts += 1;
        if (attempts === 1) throw Object.assign(new Error('deadlock'), { code: '40P01' });
      },
    };
    await commitBatch(db, lease, batch);
    expect(attempts).toBe(2);
    expect(await db.selectFrom('event').select('event_id').execute()).toHaveLength(150);
  });

  test('is not repeated for any other error', async () => {
    const { db } = await testDatabase();
    let attempts = 0;
    const failing = inTransaction(db, async () => {
      attempts += 1;
      throw new Error('a bug');
    });
    await expect(failing).rejects.toThrow('a bug');
    expect(attempts).toBe(1);
  });
});

describe('the database’s clock', () => {
  test('decides, even if this machine’s clock is an hour ahead', async () => {
    const { db } = await testDatabase();
    const real = Date.now();
    const ahead = vi.spyOn(Date, 'now').mockImplementation(() => real + HOUR);
    onTestFinished(() => ahead.mockRestore());
    expect(systemClock.now()).toBe(real + HOUR);
    expect(Math.abs((await databaseTime(db, systemClock)) - real)).toBeLessThan(HOUR / 2);
    const gong = accessKeyConfig('https://api.gong.io');
    const pacer = createPacer({ db, account: gongAccountOf(gong), clock: systemClock });
    const { signal } = new AbortController();
    const permit = await pacer.acquire({ callsPerSecond: 3, callsPerDay: 9 }, signal);
    if (permit.kind !== 'granted') throw new Error('it is denied');
    permit.sent();
    await permit.release();
    await pacer.pause(60_000);
    const [call] = await db.selectFrom('call').select('at').execute();
    const [pause] = await db.selectFrom('pause').select('until').execute();
    expect(Math.abs((call?.at ?? 0) - real)).toBeLessThan(HOUR / 2);
    expect(Math.abs((pause?.until ?? 0) - real)).toBeLessThan(HOUR / 2);
    // For this machine, the pause is over.
    const tenant = { tenant: 'acme', timezone: 'UTC', gong } as TenantConfig;
    const context = { db, clock: systemClock, config: { tenants: [tenant] } } as unknown;
    const [status] = await statusOf(context as AppContext, [tenant], nextDue);
    expect(status?.gong).toMatchObject({ callsUsed: 1, pausedUntil: pause?.until });
  });
});

describe('texts', () => {
  test('with a NUL character, which PostgreSQL does not store, are kept without it', async () => {
    const { db } = await testDatabase();
    const lease = await heldLease(db, 0);
    await commitBatch(db, lease, batchOf([newEvent('nul\0id')]));
    const [event] = await findEvents(db, ['acme'], 'nul\0id');
    expect(event?.eventId).toBe('nul\uFFFDid');
  });

  test('are sorted by their bytes, whatever the order of the database is', async () => {
    const { name, drop } = await createDatabase(server, 'empty');
    onTestFinished(drop);
    const options = "template template0 locale_provider icu icu_locale 'en-US'";
    await administer(server, `create database ${name}_icu ${options}`);
    onTestFinished(
      async () => void (await administer(server, `drop database ${name}_icu with (force)`)),
    );
    const db = openDatabase({ database: urlOf(server, `${name}_icu`), access: 'write' });
    onTestFinished(() => db.destroy());
    await migrate(db);
    const lease = await heldLease(db, 0);
    await commitBatch(db, lease, batchOf(['b', 'a', 'B', '_', '1'].map((id) => newEvent(id))));
    const rows = await db.selectFrom('event').select('event_id').orderBy('event_id').execute();
    expect(rows.map(({ event_id }) => event_id)).toEqual(['1', 'B', '_', 'a', 'b']);
  });
});
