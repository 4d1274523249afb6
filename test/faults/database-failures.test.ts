import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { backUp } from '../../src/db/backup.ts';
import { readCursor } from '../../src/db/cursors.ts';
import { extendLease, releaseLease } from '../../src/db/leases.ts';
import { DATABASE_LIMITS } from '../../src/db/limits.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { pauseAccount } from '../../src/db/pauses.ts';
import type { Database } from '../../src/db/schema.ts';
import { DatabaseError } from '../../src/lib/errors.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { countByState } from '../../src/outbox/event-counts.ts';
import { startChild } from '../support/child.ts';
import { heldLease, migratedFile, testFile } from '../support/database.ts';
import { batchOf, eventSeries } from '../support/events.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const CURSOR = { tenant: 'acme', stream: 'salesforce' };

test('a lock that another process keeps for the term of a lease is an error; once it is free, all works', async () => {
  const { file, openWaiting } = await migratedFile();
  const clock = new VirtualClock();
  const db = await openWaiting(clock);
  const holder = startChild('hold-lock.ts', { args: [file] });
  expect(await holder.line()).toBe('locked');
  const lease = { name: 'tenant acme', holder: 'another' };
  const attempts = [
    pauseAccount(db, 'account', 1),
    commitBatch(db, lease, batchOf(eventSeries(1))),
    db.transaction().execute((trx) => pauseAccount(trx, 'account', 1)),
  ];
  for (const ended of await clock.run(Promise.allSettled(attempts))) {
    expect(ended).toMatchObject({
      reason: {
        name: 'DatabaseError',
        message: `the database is locked by another process: ${file} (SQLITE_BUSY)`,
        hint: expect.stringContaining('Nothing was lost: run again'),
      },
    });
  }
  expect(await db.selectFrom('pause').selectAll().execute()).toEqual([]);
  holder.send('release');
  expect(await holder.line()).toBe('free');
  await db.transaction().execute((trx) => pauseAccount(trx, 'account', 2));
  expect(await db.selectFrom('pause').select('until').execute()).toEqual([{ until: 2 }]);
});

/** The newest migration is pending again: one that is applied needs no lock. */
async function undoLastMigration(db: Database): Promise<void> {
  await db.schema.dropTable('housekeeping').execute();
  await sql`delete from kysely_migration where name = '0015-housekeeping'`.execute(db);
}

type Step = (db: Database) => Promise<unknown>;

test.each<[string, Step, Step?]>([
  ['a statement', (db) => pauseAccount(db, 'account', 1)],
  ['a transaction', (db) => db.transaction().execute((trx) => pauseAccount(trx, 'account', 1))],
  ['a heartbeat', async (db) => extendLease(db, await heldLease(db, 0), 1)],
  ['the release of a lease', async (db) => releaseLease(db, { name: 'any', holder: 'any' })],
  ['a migration', (db) => migrate(db), undoLastMigration],
])(
  'a lock that is released in time: %s waits, and this process keeps working',
  async (_, write, prepare) => {
    const { file, openWaiting } = await migratedFile();
    const clock = new ManualClock();
    const db = await openWaiting(clock);
    await prepare?.(db);
    const holder = startChild('hold-lock.ts', { args: [file] });
    expect(await holder.line()).toBe('locked');
    const writing = write(db);
    // Most of the term passes.
    const { lockRetryMs, lockWaitMsMax, busyTimeoutMs } = DATABASE_LIMITS;
    const waits = lockWaitMsMax / (lockRetryMs + busyTimeoutMs) - 2;
    for (let count = 0; count < waits; count += 1) {
      await until(() => clock.sleepers > 0);
      clock.advance(lockRetryMs);
    }
    await until(() => clock.sleepers > 0);
    holder.send('release');
    expect(await holder.line()).toBe('free');
    clock.advance(lockRetryMs);
    await writing;
  },
);

test('after a stop was requested, a wait for a lock ends soon', async () => {
  const { file, setting } = await migratedFile();
  const clock = new VirtualClock();
  const stop = new AbortController();
  const options = { database: setting, access: 'write', clock, signal: stop.signal } as const;
  const db = openDatabase(options);
  onTestFinished(() => db.destroy());
  await sql`pragma busy_timeout = 0`.execute(db);
  const holder = startChild('hold-lock.ts', { args: [file] });
  await holder.line();
  const startedAt = clock.now();
  stop.abort();
  await expect(clock.run(pauseAccount(db, 'account', 1))).rejects.toThrow('locked');
  expect(clock.now() - startedAt).toBeLessThan(DATABASE_LIMITS.lockWaitAfterStopMsMax);
});

test('a full disk is an error; what was committed is kept, and the same commit works later', async () => {
  const { db, file } = await migratedFile();
  const lease = await heldLease(db, 0);
  const first = { stream: 'salesforce', position: 'first' };
  await commitBatch(db, lease, batchOf(eventSeries(5), { cursor: first }));
  await sql`pragma max_page_count = 30`.execute(db);
  const second = { stream: 'salesforce', position: 'second' };
  const batch = batchOf(eventSeries(500, 'more'), { cursor: second });
  for (const attempt of [1, 2]) {
    await expect(commitBatch(db, lease, batch), `attempt ${attempt}`).rejects.toMatchObject({
      name: 'DatabaseError',
      message: `the disk that holds the database is full: ${file} (SQLITE_FULL)`,
      hint: 'Free some space and run again: what was committed is kept, and the rest is read again.',
    });
    expect(await readCursor(db, CURSOR)).toBe('first');
    expect(await countByState(db, 'acme')).toMatchObject({ pending: 5 });
  }
  await sql`pragma max_page_count = 100000`.execute(db);
  await commitBatch(db, lease, batch);
  expect(await readCursor(db, CURSOR)).toBe('second');
  expect(await countByState(db, 'acme')).toMatchObject({ pending: 505 });
});

test('control: SQLite has already rolled back, and a second rollback fails', async () => {
  const { db } = await migratedFile();
  await sql`pragma max_page_count = 30`.execute(db);
  await db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection);
    const fill = async () => {
      for (let row = 0; row < 100_000; row += 1) await pauseAccount(connection, `${row}`, row);
    };
    await expect(fill()).rejects.toBeInstanceOf(DatabaseError);
    await expect(sql`rollback`.execute(connection)).rejects.toThrow('no transaction is active');
  });
});

test('a process that can no longer write reports it, and leaves complete batches', async () => {
  const file = testFile();
  // A limit on the size of each file (setrlimit) simulates a full disk or quota.
  const wrap = 'ulimit -f 4000; exec "$@"';
  const child = startChild('commit-until-full.ts', { args: [file.setting, '100000'], wrap });
  const message: unknown = JSON.parse(await child.line());
  expect(message).toMatchObject({
    kind: 'UserError',
    name: 'DatabaseError',
    message: expect.stringMatching(/^the disk that holds the database (is full|could not be)/),
    hint: expect.stringMatching(/run again/),
  });
  await child.ended();
  const db = file.open();
  const batches = Number(await readCursor(db, CURSOR));
  expect(batches).toBeGreaterThan(0);
  expect(await countByState(db, 'acme')).toMatchObject({ pending: batches * 10 });
});

test('control: without the limit, the same process completes its work', async () => {
  const file = testFile();
  const child = startChild('commit-until-full.ts', { args: [file.setting, '5'] });
  expect(JSON.parse(await child.line())).toEqual({ kind: 'done' });
  await child.ended();
  expect(await readCursor(file.open(), CURSOR)).toBe('5');
});

describe('rows that do not fit together, as after a copy next to an old -wal file', () => {
  const ORPHAN = { tenant: 'acme', event_id: 'none', number: 1, at: 0, outcome: 'accepted' };
  const row = { ...ORPHAN, status: 201, request_id: null, errors: '[]' };

  test.each(['PRIMARYKEY', 'FOREIGNKEY'])('are named if a constraint fails: %s', async (kind) => {
    const { db, file } = await migratedFile();
    await sql`pragma foreign_keys = off`.execute(db);
    await db.insertInto('attempt').values(row).execute();
    await sql`pragma foreign_keys = on`.execute(db);
    const second = kind === 'PRIMARYKEY' ? row : { ...row, event_id: 'other' };
    await expect(db.insertInto('attempt').values(second).execute()).rejects.toMatchObject({
      name: 'DatabaseError',
      message:
        `the database is damaged: ${file} (the table "attempt" has 1 row that refers to a missing ` +
        'row)',
      hint: expect.stringContaining('sharetrail restore FILE'),
      cause: { code: `SQLITE_CONSTRAINT_${kind}` },
    });
  });

  test('fail the check of a backup', async () => {
    const { db, file, folder } = await migratedFile();
    await sql`pragma foreign_keys = off`.execute(db);
    await db.insertInto('attempt').values(row).execute();
    const { signal } = new AbortController();
    const target = join(folder, 'copy.db');
    await expect(backUp({ source: file, target, onProgress: () => {}, signal })).rejects.toThrow(
      'the copy failed its check: the table "attempt" has 1 row that refers to a missing row',
    );
    expect(existsSync(target)).toBe(false);
  });
});
