import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callsOfDay, takeCalls } from '../../src/db/calls.ts';
import { copyDatabase, isEqual } from '../../src/db/copy/copy-database.ts';
import { DatabaseInUse } from '../../src/db/copy/copy-in-use.ts';
import { ALL_TABLES, COMPARED_TABLES } from '../../src/db/copy/table-plans.ts';
import { COPY_LIMITS, LEASE_LIMITS } from '../../src/db/limits.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { pauseAccount, pausedUntil } from '../../src/db/pauses.ts';
import type { Database } from '../../src/db/schema.ts';
import { ShiftedClock, systemClock } from '../../src/lib/clock.ts';
import { LeaseLost, StopRequested } from '../../src/lib/errors.ts';
import { type CopyRequest, copyToOtherDatabase } from '../../src/operator/copy-database.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { indexNextEvents } from '../../src/outbox/search-index.ts';
import { startCliWorld, TENANT } from '../support/cli-world.ts';
import {
  emptyDatabase,
  heldLease,
  migratedFile,
  ON_SQLITE,
  testDatabase,
} from '../support/database.ts';
import { batchOf, eventSeries } from '../support/events.ts';
import { contentOf, fillEmptyTables, rowsOf } from '../support/filled-database.ts';

/** a process on a machine that this one cannot see */
const ELSEWHERE = 'other-machine/pid:[1]|42|4711|nonce';
const EVENTS = 2 * COPY_LIMITS.rowsPerPage + 50;

function opened(database: string): Database {
  const db = openDatabase({ database, access: 'write' });
  onTestFinished(() => db.destroy());
  return db;
}

/** A file with rows in each table, and an empty database of the kind that is tested. */
async function startCopy() {
  const from = await migratedFile();
  const lease = await heldLease(from.db, systemClock.now());
  await commitBatch(from.db, lease, batchOf(eventSeries(EVENTS)));
  await sql`update event set state = 'delivered' where event_id = 'event-000007'`.execute(from.db);
  await sql`delete from lease`.execute(from.db);
  await indexNextEvents(from.db);
  await fillEmptyTables(from.db);
  const to = await emptyDatabase();
  return { from, to, copy: copier({ from: from.setting, to: to.setting }) };
}

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

function copier(addresses: { readonly from: string; readonly to: string }) {
  return (options: Partial<CopyRequest> = {}) =>
    copyToOtherDatabase({
      ...addresses,
      onProgress: () => {},
      signal: new AbortController().signal,
      ...options,
    });
}

describe('copy-database', () => {
  test('a tenant that has run: both directions keep every row, and the next sync has nothing to do', async () => {
    await using world = await startCliWorld({ googleDrive: true, onSqlite: true });
    const ids = world.deliver(12);
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    const original = opened(`sqlite:${world.databaseFile}`);
    await fillEmptyTables(original);
    const sent = world.sandbox.gong.events.length;
    expect(sent).toBe(ids.length);
    const { setting } = await emptyDatabase();
    const env = { TARGET: setting };
    const there = await world.run(`copy-database sqlite:${world.databaseFile} \${TARGET} --json`, {
      env,
    });
    expect(there).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(there.stdout)).toMatchObject({ complete: true, to: '${TARGET}' });
    const copy = opened(setting);
    const copied = await contentOf(copy);
    expect(copied).toEqual(await contentOf(original));
    expect(Object.entries(copied).filter(([, rows]) => rows.length === 0)).toEqual([]);

    const synced = await world.run('sync --json', { env: { SHARETRAIL_DATABASE: setting } });
    expect(synced).toMatchObject({ code: 0 });
    const [run] = JSON.parse(synced.stdout).runs;
    expect(run).toMatchObject({ tenant: TENANT, outcome: 'ok', queued: 0, delivered: 0 });
    expect(run.found).toEqual({ salesforce: 0, 'google-drive': 0 });
    expect(world.sandbox.gong.events).toHaveLength(sent);
    const searched = await world.run('events --search Proposal --json', {
      env: { SHARETRAIL_DATABASE: setting },
    });
    expect(searched.stdout.trim().split('\n')).toHaveLength(ids.length);

    const back = `sqlite:${join(world.folder, 'back.db')}`;
    const returned = await world.run(`copy-database \${TARGET} ${back}`, { env });
    expect(returned).toMatchObject({ code: 0, stderr: '' });
    expect(returned.stdout).toContain(`database: ${back}`);
    expect(await contentOf(opened(back))).toEqual(await contentOf(copy));
    const again = await world.run('sync --json', { env: { SHARETRAIL_DATABASE: back } });
    expect(JSON.parse(again.stdout).runs[0]).toMatchObject({ outcome: 'ok', queued: 0 });
    expect(world.sandbox.gong.events).toHaveLength(sent);
  });

  test('queues the copied events for search, and removes its mark and its lease', async () => {
    const { to, copy } = await startCopy();
    await copy();
    const db = to.open();
    const queued = (await rowsOf(db, 'search_queue')).flatMap(({ event_ids }) =>
      JSON.parse(String(event_ids)),
    );
    expect(new Set(queued).size).toBe(EVENTS);
    expect(await rowsOf(db, 'lease')).toEqual([]);
    await migrate(db);
    while (await indexNextEvents(db));
    expect(await rowsOf(db, 'search_document')).toHaveLength(EVENTS);
  });

  test('knows every table, and copies none whose numbers the database assigns', async () => {
    const { db } = await testDatabase();
    const found = (await db.introspection.getTables()).filter(
      ({ name }) => !/^search_index|^kysely_/.test(name),
    );
    expect(found.map(({ name }) => name).toSorted()).toEqual(ALL_TABLES.toSorted());
    // An integer key of SQLite could be assigned, but the one of this table is always 1.
    const assigned = found.filter(
      ({ name, columns }) =>
        name !== 'forgotten_key' && columns.some((column) => column.isAutoIncrementing),
    );
    expect(assigned.map(({ name }) => name).toSorted()).toEqual([
      'search_document',
      'search_queue',
    ]);
    const compared = COMPARED_TABLES.map(({ name }) => String(name));
    expect(assigned.filter(({ name }) => compared.includes(name))).toEqual([]);
  });

  test('keeps values that databases treat differently', async () => {
    const { from, to, copy } = await startCopy();
    const values = ['', ' ', '\\u0000', '😀é', 'a\0b', '\ud800', '%_\'"\\', 'Z', 'a', 'é'];
    for (const [number, value] of values.entries()) {
      await sql`
        insert into cursor (tenant, stream, position, updated_at)
        values (${`t${value}`}, ${String(number)}, ${value}, ${2 ** 53 - 1 - number})
      `.execute(from.db);
    }
    const tables = await copy();
    expect(tables.filter((table) => !isEqual(table))).toEqual([]);
    // The tenant and the position of one row.
    const replaced = tables.reduce((sum, table) => sum + table.from.replaced, 0);
    expect(replaced).toBe(ON_SQLITE ? 0 : 2);
    const stored = await rowsOf(to.open(), 'cursor');
    for (const [number, value] of values.entries()) {
      const nul = ON_SQLITE ? '\0' : '\uFFFD';
      const row = stored.find(({ stream }) => stream === String(number));
      const expected = value.replaceAll('\0', nul).toWellFormed();
      expect(String(row?.['position']).replaceAll(/\uFFFD+/g, '\uFFFD')).toBe(expected);
      expect(row).toMatchObject({ updated_at: 2 ** 53 - 1 - number });
    }
  });

  test('counts the calls of `check` in TO, even if it was interrupted', async () => {
    const { from, to, copy } = await startCopy();
    const now = systemClock.now();
    const limits = { burst: { calls: 3, windowMs: 1_005 }, callsPerDay: 10 };
    const take = async (where: Database, account: string) => {
      const request = { account, limits, requested: 2, arrivalMarginMs: 0, corrections: [] };
      expect(await takeCalls(where, { ...request, now: () => now })).toMatchObject({ kind: 'go' });
    };
    const db = to.open();
    await migrate(db);
    await take(from.db, 'both');
    await take(db, 'both');
    await take(db, 'checked');
    await pauseAccount(db, 'checked', now + 60_000);
    const stop = new AbortController();
    const stopped = copy({
      signal: stop.signal,
      onProgress: ({ step, done }) => {
        if (step === 'copying' && done > 0) stop.abort(new StopRequested());
      },
    });
    await expect(stopped).rejects.toBeInstanceOf(StopRequested);
    expect((await copy()).every(isEqual)).toBe(true);
    const counted = ['both', 'checked'].map((account) => callsOfDay(db, account, now));
    expect(await Promise.all(counted)).toEqual([4, 2]);
    expect(await pausedUntil(db, 'checked', now)).toBe(now + 60_000);
  });

  test('resumes after a stop: keeps finished tables, unless FROM has changed since then', async () => {
    const { from, to, copy } = await startCopy();
    const stop = new AbortController();
    const stopped = copy({
      signal: stop.signal,
      onProgress: ({ step, table, done }) => {
        if (step === 'copying' && table === 'event' && done > 0) stop.abort(new StopRequested());
      },
    });
    await expect(stopped).rejects.toThrow(StopRequested);
    await expect(migrate(to.open())).rejects.toThrow('the database is an unfinished copy');
    await sql`update binding set updated_at = 2`.execute(from.db);

    const tables = new Map((await copy()).map((table) => [table.name, table.how]));
    expect(tables.get('cursor')).toBe('kept');
    expect(tables.get('binding')).toBe('copied');
    expect(tables.get('event')).toBe('copied');
    expect(await contentOf(to.open())).toEqual(await contentOf(from.db));
  });

  test('finds a row that another process changed in TO, and copies its table again', async () => {
    const { from, to, copy } = await startCopy();
    const other = to.open();
    const tables = await copyDatabase({
      from: from.setting,
      to: to.setting,
      onProgress: () => {},
      signal: new AbortController().signal,
      onEvents: async (trx) => void (await sql`update cursor set position = 'x'`.execute(trx)),
    });
    const different = tables.filter((table) => table.from.checksum !== table.to.checksum);
    expect(different.map(({ name }) => name)).toEqual(['cursor']);
    await expect(migrate(other)).rejects.toThrow('the database is an unfinished copy');
    await copy();
    expect(await contentOf(other)).toEqual(await contentOf(from.db));
  });

  test('extends its lease while it copies, and stops once another process has it', async () => {
    const { from, to } = await startCopy();
    const clock = new ShiftedClock();
    const ends: number[] = [];
    const copying = copyDatabase({
      from: from.setting,
      to: to.setting,
      clock,
      onProgress: () => {},
      signal: new AbortController().signal,
      onEvents: async (trx) => {
        const [lease] = await trx.selectFrom('lease').selectAll().execute();
        ends.push(lease?.until ?? 0);
        if (ends.length === 1) clock.advance(LEASE_LIMITS.heartbeatMs);
        if (ends.length === 2) await trx.updateTable('lease').set({ holder: 'other' }).execute();
      },
    });
    await expect(copying).rejects.toThrow(LeaseLost);
    // The third page was not written.
    expect(ends).toHaveLength(2);
    const [first = 0, second = 0] = ends;
    expect(second - first).toBeGreaterThanOrEqual(LEASE_LIMITS.heartbeatMs);
    expect(await rowsOf(to.open(), 'lease')).toMatchObject([{ holder: 'other' }]);
  });

  test('keeps runs out of both databases until it ends', async () => {
    const { from, to, copy } = await startCopy();
    const database = to.open();
    await migrate(database);
    const file = new Sqlite(from.file, { timeout: 0 });
    onTestFinished(() => void file.close());
    let inTo: Promise<unknown> | undefined;
    const inFrom: unknown[] = [];
    const now = systemClock.now();
    await copy({
      onProgress: ({ step }) => {
        if (step !== 'copying' || inTo !== undefined) return;
        inTo = heldLease(database, now).catch((error) => error);
        inFrom.push(caught(() => file.exec('delete from cursor')));
      },
    });
    expect(await inTo).toMatchObject({ message: 'the database is an unfinished copy' });
    expect(inFrom).toMatchObject([{ code: 'SQLITE_BUSY' }]);
    await heldLease(database, now);
    await heldLease(from.db, now);
  });
});

describe('copy-database refuses', () => {
  test('a run in progress in FROM or in TO', async () => {
    const { from, to, copy } = await startCopy();
    const target = to.open();
    await migrate(target);
    for (const [db, role] of [
      [from.db, 'FROM'],
      [target, 'TO'],
    ] as const) {
      await heldLease(db, systemClock.now());
      const error = await copy().catch((thrown) => thrown);
      expect(error).toBeInstanceOf(DatabaseInUse);
      expect(error.message).toBe(`${role}: a process holds tenant acme`);
      await sql`delete from lease`.execute(db);
    }
    await copy();
  });

  test('a target that another process copies to, until its lease expires', async () => {
    const { from, to, copy } = await startCopy();
    const db = to.open();
    const now = systemClock.now();
    const other = { name: 'the copy of the database', holder: ELSEWHERE };
    const stop = new AbortController();
    await copy({ signal: stop.signal, onProgress: () => stop.abort(new StopRequested()) }).catch(
      () => {},
    );
    expect(await rowsOf(db, 'lease')).toEqual([]);
    await db
      .insertInto('lease')
      .values({ ...other, until: now + LEASE_LIMITS.leaseMs })
      .execute();
    const error = await copy().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DatabaseInUse);
    expect(error.message).toBe('TO: another `copy-database` writes to it');
    await db.updateTable('lease').set({ until: now }).execute();
    await copy();
    expect(await contentOf(db)).toEqual(await contentOf(from.db));
  });

  test('a target with rows', async () => {
    const { from, to, copy } = await startCopy();
    const db = to.open();
    await migrate(db);
    await sql`insert into secret values ('acme', 'gong', 'x', 1)`.execute(db);
    await expect(copy()).rejects.toThrow('TO: it is not empty: it has rows in secret');
    expect(await rowsOf(db, 'secret')).toHaveLength(1);
    await copier({ from: from.setting, to: from.setting })().then(
      () => expect.unreachable(),
      (error) => expect(error.message).toBe('FROM and TO are the same database'),
    );
  });

  test('FROM that does not exist, or of another version', async () => {
    const { from, to, copy } = await startCopy();
    const missing = copier({ from: `sqlite:${join(from.folder, 'no.db')}`, to: to.setting });
    await expect(missing()).rejects.toThrow('FROM: there is no database of sharetrail');
    await sql`delete from kysely_migration where name like '0013%'`.execute(from.db);
    await expect(copy()).rejects.toThrow('FROM: the database has the schema of an earlier version');
    await sql`insert into kysely_migration values ('9999-later', '')`.execute(from.db);
    await expect(copy()).rejects.toThrow('FROM: the database was written by a newer version');
    const back = copier({ from: to.setting, to: from.setting });
    await migrate(to.open());
    await expect(back()).rejects.toThrow('TO: the database was written by a newer version');
  });
});
