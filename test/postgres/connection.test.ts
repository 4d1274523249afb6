import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { sql } from 'kysely';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { openCurrentDatabase } from '../../src/db/open-current.ts';
import type { Database } from '../../src/db/schema.ts';
import { DatabaseError } from '../../src/lib/errors.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { emptyDatabase, heldLease, testDatabase } from '../support/database.ts';
import { batchOf, eventSeries } from '../support/events.ts';
import { administer } from '../support/postgres/databases.ts';
import {
  type LoopbackProxy,
  startForwarder,
  startPooler,
  startRewriter,
} from '../support/postgres/wire-proxy.ts';
import { CERTIFICATE } from '../support/self-signed.ts';

const server = inject('postgres');

/** A URL of the database with parts of it replaced. */
function changed(
  setting: string,
  parts: Partial<Pick<URL, 'hostname' | 'port' | 'username' | 'password' | 'pathname' | 'search'>>,
): string {
  return Object.assign(new URL(setting), parts).href;
}

function opened(database: string): Database {
  const db = openDatabase({ database, access: 'write' });
  onTestFinished(() => db.destroy());
  return db;
}

async function failureOf(database: string): Promise<DatabaseError> {
  const failure = await migrate(opened(database)).then(
    () => new Error('it can be opened'),
    (error: unknown) => error,
  );
  if (!(failure instanceof DatabaseError)) throw failure;
  // Not even in the causes, which a log can show.
  expect(inspect(failure, { depth: 9 })).not.toContain(server.password);
  return failure;
}

async function through(starting: Promise<LoopbackProxy>): Promise<LoopbackProxy> {
  const proxy = await starting;
  onTestFinished(() => proxy.stop());
  return proxy;
}

const placeOf = (setting: string) => `${new URL(setting).host}${new URL(setting).pathname}`;

describe('a server that cannot be used', () => {
  test('because the password is wrong', async () => {
    const { setting } = await emptyDatabase();
    const wrong = changed(setting, { password: 'hush-hush' });
    const failure = await failureOf(wrong);
    expect(failure.message).toBe(`PostgreSQL refused the login: ${placeOf(setting)} (28P01)`);
    expect(failure.hint).toContain('%-escapes');
    expect(inspect(failure, { depth: 9 })).not.toContain('hush-hush');
  });

  test('because nothing listens there', async () => {
    const { setting } = await emptyDatabase();
    const failure = await failureOf(changed(setting, { port: '1' }));
    expect(failure.message).toContain('the PostgreSQL server cannot be reached: 127.0.0.1:1/');
    expect(failure.hint).toContain('Check the host and port');
  });

  test('because the database does not exist', async () => {
    const { setting } = await emptyDatabase();
    const failure = await failureOf(changed(setting, { pathname: '/elsewhere' }));
    expect(failure.message).toContain('the database does not exist');
    expect(failure.hint).toContain('createdb');
  });

  test('because it has version 13', async () => {
    const { setting } = await emptyDatabase();
    const [found] = await administer<{ version: string }>(
      server,
      "select current_setting('server_version_num') as version",
    );
    const from = found?.version ?? '';
    const proxy = await through(startRewriter(server.port, { from, to: '130012' }));
    const failure = await failureOf(changed(setting, { port: `${proxy.port}` }));
    expect(failure.message).toContain('PostgreSQL 13 is too old');
    expect(failure.hint).toContain('version 14 or later');
    const same = await through(startRewriter(server.port, { from, to: from }));
    await migrate(opened(changed(setting, { port: `${same.port}` })));
  });

  test('because the database stores no Unicode', async () => {
    const options = "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0";
    await administer(server, `create database latin ${options}`);
    onTestFinished(async () => void (await administer(server, 'drop database latin')));
    const { setting } = await emptyDatabase();
    const failure = await failureOf(changed(setting, { pathname: '/latin' }));
    expect(failure.message).toContain('the database stores text as LATIN1');
    expect(failure.hint).toContain("encoding 'UTF8'");
  });

  test('because it only reads, as a standby does', async () => {
    const { open } = await testDatabase();
    const db = open('read');
    const written = db.insertInto('pause').values({ account: 'a', until: 1 }).execute();
    await expect(written).rejects.toMatchObject({
      message: expect.stringContaining('the PostgreSQL server is read-only: 127.0.0.1'),
      hint: expect.stringContaining('primary'),
    });
  });
});

describe('a connection pooler', () => {
  const { user, password } = server;

  test('in transaction mode is rejected with what to do', async () => {
    const { setting } = await emptyDatabase();
    const database = new URL(setting).pathname.slice(1);
    const login = { user, password, database };
    const proxy = await through(startPooler(server.port, { mode: 'transaction', login }));
    const failure = await failureOf(changed(setting, { port: `${proxy.port}` }));
    expect(failure.message).toContain('a connection pooler in transaction mode is in front of');
    expect(failure.hint).toContain('pool_mode = session');
  });

  test('in session mode works', async () => {
    const { setting } = await emptyDatabase();
    const database = new URL(setting).pathname.slice(1);
    const login = { user, password, database };
    const proxy = await through(startPooler(server.port, { mode: 'session', login }));
    const db = opened(changed(setting, { port: `${proxy.port}` }));
    await migrate(db);
    const lease = await heldLease(db, 0);
    await commitBatch(db, lease, batchOf(eventSeries(3)));
    expect(await db.selectFrom('event').select('event_id').execute()).toHaveLength(3);
  });
});

describe('another program in the same database', () => {
  test('keeps its tables, whatever their names are', async () => {
    const { setting } = await emptyDatabase();
    const name = new URL(setting).pathname.slice(1);
    await administer(
      server,
      `create table event (its text); insert into event values ('row');
       create table kysely_migration (name text); insert into kysely_migration values ('9999-its')`,
      name,
    );
    const db = opened(setting);
    await migrate(db);
    const lease = await heldLease(db, 0);
    await commitBatch(db, lease, batchOf(eventSeries(2)));
    expect(await administer(server, 'select * from public.event', name)).toEqual([{ its: 'row' }]);
    expect(await administer(server, 'select * from public.kysely_migration', name)).toEqual([
      { name: '9999-its' },
    ]);
  });

  test('that uses our schema is reported, and keeps its tables', async () => {
    const { setting } = await emptyDatabase();
    const name = new URL(setting).pathname.slice(1);
    await administer(server, 'create schema sharetrail; create table sharetrail.cursor ()', name);
    const failure = await failureOf(setting);
    expect(failure.message).toContain('the schema sharetrail has tables of another program');
    expect(failure.hint).toContain('Use another database');
    const tables = 'select tablename from pg_tables where schemaname = $$sharetrail$$';
    expect(await administer(server, tables, name)).toContainEqual({ tablename: 'cursor' });
  });

  test.each(['cursor', 'customer'])('is reported to commands that only read: %s', async (table) => {
    const { setting } = await emptyDatabase();
    const name = new URL(setting).pathname.slice(1);
    await administer(
      server,
      `create schema sharetrail; create table sharetrail.${table} (its text)`,
      name,
    );
    const opening = openCurrentDatabase({ database: setting, access: 'read' });
    await expect(opening).rejects.toMatchObject({
      name: 'DatabaseError',
      message: `the schema sharetrail has tables of another program: ${table}`,
      hint: expect.stringContaining('Use another database'),
    });
    expect((await failureOf(setting)).message).toContain('tables of another program');
  });

  test('control: our schema is not foreign while its first migration is incomplete', async () => {
    const { setting } = await emptyDatabase();
    const name = new URL(setting).pathname.slice(1);
    await administer(
      server,
      `create schema sharetrail; create table sharetrail.kysely_migration (
         name varchar(255) primary key, timestamp varchar(255) not null);
       create table sharetrail.kysely_migration_lock (
         id varchar(255) primary key, is_locked integer default 0 not null)`,
      name,
    );
    const { db } = await openCurrentDatabase({ database: setting, access: 'read' });
    onTestFinished(() => db.destroy());
    expect(await db.selectFrom('event').selectAll().execute()).toEqual([]);
    const written = opened(setting);
    await migrate(written);
    await heldLease(written, 0);
  });
});

test('a commit is on the server’s disk before it counts, even if the server is set otherwise', async () => {
  const { db, setting } = await testDatabase();
  const { rows } = await sql<{ value: string }>`
    select current_setting('synchronous_commit') as value
  `.execute(db);
  expect(rows).toEqual([{ value: 'on' }]);
  // Control: the server of the tests is set to `off`.
  const database = new URL(setting).pathname.slice(1);
  const others = await administer(inject('postgres'), 'show synchronous_commit', database);
  expect(others).toEqual([{ synchronous_commit: 'off' }]);
});

test('a schema of a newer version is left alone', async () => {
  const { db } = await testDatabase();
  await sql`insert into kysely_migration values ('9999-later', '2027-01-01')`.execute(db);
  await expect(migrate(db)).rejects.toMatchObject({
    message: expect.stringContaining(
      'written by a newer version of sharetrail (it has 9999-later)',
    ),
    hint: expect.stringContaining('Install that version again'),
  });
});

test('a database that sharetrail never used reads as an empty one, and stays so', async () => {
  const { setting } = await emptyDatabase();
  const { db } = await openCurrentDatabase({ database: setting, access: 'read' });
  onTestFinished(() => db.destroy());
  expect(await db.selectFrom('event').selectAll().execute()).toEqual([]);
  const name = new URL(setting).pathname.slice(1);
  expect(await administer(server, 'select to_regnamespace($$sharetrail$$) as found', name)).toEqual(
    [{ found: null }],
  );
});

describe('TLS', () => {
  const withMode = (setting: string, parameters: string) =>
    changed(setting, { search: `?${parameters}` });

  async function isEncrypted(db: Database): Promise<boolean | undefined> {
    const { rows } = await sql<{ ssl: boolean }>`
      select ssl from pg_stat_ssl where pid = pg_backend_pid()
    `.execute(db);
    return rows[0]?.ssl;
  }

  async function databaseWithCertificate() {
    const { setting, folder } = await testDatabase();
    const file = join(folder, 'authority.pem');
    writeFileSync(file, CERTIFICATE);
    return { setting, file };
  }

  test('is off on loopback by default, and on with sslmode=require', async () => {
    const { setting, db } = await testDatabase();
    expect(await isEncrypted(db)).toBe(false);
    expect(await isEncrypted(opened(withMode(setting, 'sslmode=require')))).toBe(true);
  });

  test.each(['verify-full', 'verify-ca'])('with %s rejects an unknown authority', async (mode) => {
    const { setting } = await testDatabase();
    const failure = await failureOf(withMode(setting, `sslmode=${mode}`));
    expect(failure.message).toContain('certificate could not be verified');
    expect(failure.hint).toContain('sslrootcert=FILE');
  });

  test.each(['verify-full', 'verify-ca', 'require'])(
    'with %s and its authority works',
    async (mode) => {
      const { setting, file } = await databaseWithCertificate();
      const db = opened(withMode(setting, `sslmode=${mode}&sslrootcert=${file}`));
      expect(await isEncrypted(db)).toBe(true);
    },
  );

  test('with verify-full rejects another host, which verify-ca accepts', async () => {
    const { setting, file } = await databaseWithCertificate();
    const proxy = await through(startForwarder(server.port, '127.0.0.2'));
    const elsewhere = changed(setting, { hostname: '127.0.0.2', port: `${proxy.port}` });
    const failure = await failureOf(withMode(elsewhere, `sslmode=verify-full&sslrootcert=${file}`));
    expect(failure.message).toContain('certificate could not be verified');
    await migrate(opened(withMode(elsewhere, `sslmode=verify-ca&sslrootcert=${file}`)));
  });

  test('names a certificate file that cannot be read', async () => {
    const { setting } = await testDatabase();
    const failure = await failureOf(withMode(setting, 'sslmode=verify-full&sslrootcert=/none.pem'));
    expect(failure.message).toContain('the certificate in sslrootcert cannot be read');
    expect(failure.message).toContain('/none.pem');
  });
});
