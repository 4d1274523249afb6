import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { expect, test } from 'vitest';
import { readCursor, writeCursor } from '../../src/db/cursors.ts';
import { DATABASE_LIMITS } from '../../src/db/limits.ts';
import { requireCurrent } from '../../src/db/migrate.ts';
import { openDatabase, sqliteFile } from '../../src/db/open.ts';
import { pauseAccount } from '../../src/db/pauses.ts';
import type { Database, Tables } from '../../src/db/schema.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { DatabaseError, UserError } from '../../src/lib/errors.ts';
import { migratedFile, testFile } from '../support/database.ts';
import { listCursors } from '../support/list-cursors.ts';
import { recordStatements } from '../support/statements.ts';

/** Every wait is over at once. */
class InstantClock implements Clock {
  now(): number {
    return 0;
  }

  async sleep(): Promise<void> {}
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const pragmaOf = async (db: Database, name: string) => {
  const { rows } = await sql`pragma ${sql.raw(name)}`.execute(db);
  return Object.values(rows[0] ?? {})[0];
};

test('only the owner can read the file, SQLite’s side files and new folders, whatever the umask', async () => {
  const umask = process.umask(0);
  try {
    const { folder } = testFile();
    const file = join(folder, 'new', 'deeper', 'sharetrail.db');
    const db = openDatabase({ database: `sqlite:${file}`, access: 'write' });
    await pragmaOf(db, 'user_version');
    await sql`create table t (a text)`.execute(db);
    expect(readdirSync(dirname(file)).toSorted()).toEqual([
      'sharetrail.db',
      'sharetrail.db-shm',
      'sharetrail.db-wal',
    ]);
    for (const name of readdirSync(dirname(file))) {
      expect(modeOf(join(dirname(file), name))).toBe('600');
    }
    expect(modeOf(dirname(file))).toBe('700');
    expect(modeOf(join(folder, 'new'))).toBe('700');
    await db.destroy();
    const control = join(folder, 'control.db');
    new Sqlite(control).exec('create table t (a text)').close();
    expect(modeOf(control)).not.toBe('600');
  } finally {
    process.umask(umask);
  }
});

test('an existing file keeps its content, and its folder its permissions', async () => {
  const { file, folder, open, db } = await migratedFile();
  await pauseAccount(db, 'account', 7);
  chmodSync(folder, 0o750);
  const again = open();
  expect(await again.selectFrom('pause').selectAll().execute()).toHaveLength(1);
  expect([modeOf(file), modeOf(folder)]).toEqual(['600', '750']);
});

test('the write-ahead log, foreign keys and a lock timeout are on', async () => {
  const { db } = await migratedFile();
  expect(await pragmaOf(db, 'journal_mode')).toBe('wal');
  expect(await pragmaOf(db, 'foreign_keys')).toBe(1);
  expect(await pragmaOf(db, 'busy_timeout')).toBe(DATABASE_LIMITS.busyTimeoutMs);
  const orphan = { tenant: 'acme', event_id: 'none', number: 1, at: 0, outcome: 'accepted' };
  const row = { ...orphan, status: 201, request_id: null, errors: '[]' };
  await expect(db.insertInto('attempt').values(row).execute()).rejects.toMatchObject({
    code: 'SQLITE_CONSTRAINT_FOREIGNKEY',
  });
});

test('a violated constraint is a bug, and SQLite’s error is not changed', async () => {
  const { db } = await migratedFile();
  const row = { account: 'account', until: 1 };
  await db.insertInto('pause').values(row).execute();
  const repeated = db.insertInto('pause').values(row).execute();
  await expect(repeated).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' });
  await expect(repeated).rejects.not.toBeInstanceOf(DatabaseError);
});

/** Reads, lets another connection write, then writes, as a run does while another one ends. */
async function readThenWrite(db: Kysely<Tables>, between: () => Promise<unknown>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.selectFrom('pause').selectAll().execute();
    await between();
    await trx.insertInto('pause').values({ account: 'mine', until: 1 }).execute();
  });
}

test('a transaction takes the write lock when it begins, so that its own write never fails', async () => {
  const { db, openWaiting } = await migratedFile();
  const other = await openWaiting(new InstantClock());
  await readThenWrite(db, () =>
    expect(pauseAccount(other, 'theirs', 1)).rejects.toThrow(
      'the database is locked by another process',
    ),
  );
  await pauseAccount(other, 'theirs', 1);
  expect(await db.selectFrom('pause').select('account').execute()).toHaveLength(2);
});

test('control: with a plain begin, a write between the read and the write breaks it at once', async () => {
  const { file, open } = await migratedFile();
  const plain = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Sqlite(file) }) });
  const other = open();
  await expect(readThenWrite(plain, () => pauseAccount(other, 'theirs', 1))).rejects.toMatchObject({
    code: 'SQLITE_BUSY_SNAPSHOT',
  });
  await plain.destroy();
});

test('a failed transaction writes nothing, and the connection still works', async () => {
  const { db } = await migratedFile();
  const failing = db.transaction().execute(async (trx) => {
    await pauseAccount(trx, 'account', 1);
    throw new Error('in the middle');
  });
  await expect(failing).rejects.toThrow('in the middle');
  expect(await db.selectFrom('pause').selectAll().execute()).toEqual([]);
  await db.transaction().execute((trx) => pauseAccount(trx, 'account', 1));
  expect(await db.selectFrom('pause').selectAll().execute()).toHaveLength(1);
});

/** Every file of the folder by a hash of its bytes. */
function hashesIn(folder: string): Record<string, string> {
  const hash = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(readdirSync(folder).map((name) => [name, hash(name)]));
}

test('a read-only connection changes no byte, and explains why it refuses to write', async () => {
  const { folder, file, open, db } = await migratedFile();
  await pauseAccount(db, 'account', 7);
  await db.destroy();
  const before = hashesIn(folder)['sharetrail.db'];
  const reader = open('read');
  await requireCurrent(reader);
  expect(await reader.selectFrom('pause').select('until').execute()).toEqual([{ until: 7 }]);
  await expect(pauseAccount(reader, 'account', 8)).rejects.toMatchObject({
    name: 'DatabaseError',
    message: `the database file cannot be written: ${file} (SQLITE_READONLY)`,
  });
  await reader.destroy();
  expect(hashesIn(folder)['sharetrail.db']).toBe(before);
});

test('a reader sees what a writer has committed since it opened', async () => {
  const { open, db } = await migratedFile();
  const reader = open('read');
  await pauseAccount(db, 'account', 7);
  expect(await reader.selectFrom('pause').select('until').execute()).toEqual([{ until: 7 }]);
});

test('a read-only connection never creates a file', () => {
  const { file, open } = testFile();
  expect(() => open('read')).toThrow(DatabaseError);
  expect(() => open('read')).toThrow(`the database file could not be opened: ${file}`);
  expect(existsSync(file)).toBe(false);
});

test('a file that is not an SQLite database, or cannot be created, is explained', async () => {
  const { folder, file, open } = testFile();
  writeFileSync(file, 'not a database at all, but long enough to hold a header of SQLite');
  await expect(pragmaOf(open(), 'user_version')).rejects.toThrow(
    `the database file is not an SQLite database: ${file}`,
  );
  expect(() => openDatabase({ database: `sqlite:${file}/below.db`, access: 'write' })).toThrow(
    `the database file could not be created: ${file}/below.db`,
  );
  expect(() => openDatabase({ database: `sqlite:${folder}`, access: 'write' })).toThrow(
    DatabaseError,
  );
});

test('a damaged file is explained, with how to recover', async () => {
  const { file, db, open } = await migratedFile();
  await db.destroy();
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xff, 100));
  const damaged = open('read');
  await expect(damaged.selectFrom('pause').selectAll().execute()).rejects.toMatchObject({
    name: 'DatabaseError',
    message: expect.stringContaining('the database file is damaged'),
    hint: expect.stringContaining('Restore the latest backup'),
  });
});

test('a setting of another kind is not the path of a file', () => {
  expect(sqliteFile('sqlite:./data/sharetrail.db')).toBe('./data/sharetrail.db');
  expect(() => sqliteFile('mysql://localhost/sharetrail')).toThrow(UserError);
});

test('a statement is prepared once, and still works after hundreds of others', async () => {
  const { db } = await migratedFile();
  const { prepared } = recordStatements();
  for (let round = 0; round < 50; round += 1) await pauseAccount(db, 'account', round);
  expect(prepared.filter((text) => text.includes('pause'))).toHaveLength(1);
  for (let other = 0; other < 450; other += 1) await sql`select ${sql.raw(`${other}`)}`.execute(db);
  await pauseAccount(db, 'account', 1_000);
  expect(await db.selectFrom('pause').select('until').execute()).toEqual([{ until: 1_000 }]);
});

test('a cached statement follows a change of the schema', async () => {
  const { db, open } = await migratedFile();
  await pauseAccount(db, 'account', 7);
  const all = () => db.selectFrom('pause').selectAll().execute();
  expect(await all()).toEqual([{ account: 'account', until: 7 }]);
  await sql`alter table pause add column reason text default 'busy'`.execute(open());
  expect(await all()).toEqual([{ account: 'account', until: 7, reason: 'busy' }]);
});

test('each tenant and stream has one cursor with its latest position', async () => {
  const { db } = await migratedFile();
  const key = { tenant: 'acme', stream: 'salesforce' };
  expect(await readCursor(db, key)).toBeUndefined();
  await writeCursor(db, { ...key, position: '{"at":1}', updatedAt: 10 });
  await writeCursor(db, { ...key, stream: 'audit', position: '{"at":9}', updatedAt: 11 });
  await writeCursor(db, { tenant: 'other', stream: 'audit', position: '{}', updatedAt: 12 });
  await writeCursor(db, { ...key, position: '{"at":2}', updatedAt: 13 });
  expect(await readCursor(db, key)).toBe('{"at":2}');
  expect(await listCursors(db, 'acme')).toEqual([
    { stream: 'audit', position: '{"at":9}', updatedAt: 11 },
    { stream: 'salesforce', position: '{"at":2}', updatedAt: 13 },
  ]);
});
