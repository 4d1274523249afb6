import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../migrations/index.ts';
import { migrate, requireCurrent } from '../../src/db/migrate.ts';
import { openMemoryDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { DatabaseError } from '../../src/lib/errors.ts';
import { startChild } from '../support/child.ts';
import { migratedFile, testFile } from '../support/database.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);

/** The code of each released migration, without its comments. Add a line for a new migration. */
const FROZEN: Readonly<Record<string, string>> = {
  '0001-outbox': '644fa78f1f8a08c5bcfdff27a8a3aa50e77880aa6c16d2019cc1cfb908e987fb',
  '0002-drive': '5655be2c1a6f596f5642d784b6935c645ae4c7eebf36bb988091380f862b8d79',
  '0003-alerts': '6b308d55e76431ea729d33f3020a3c2428c3714f2524dfc667f24d021d9459e4',
  '0004-backfill': '49d24ffb1f2446b9b289e6c8ae94a30f2a1731960f553f5cdc7cf714657e3ac9',
  '0005-drive-users': 'fe7589c7f04d3e1d47dfceae760e33fecc344fb137a96f0bdf5e8f9607cc5e30',
  '0006-drive-grants': 'a6d383d0680a9cfc41d0d2ac6caaa8727590c2a4cb3b7d5bbae83ca63d24d4ac',
  '0007-tenant-bindings': '7aafa4c7752295ffbddd36d9f8a74f12caee52e6736c1fdd0049ae42efa7471c',
  '0008-set-aside-rows': 'c3c1db259a6ca87a10f076f2218f90a42f0e69ff48f95bdd717be3fd91852375',
  '0010-search': '753ee6481da94af36b3fe0b8709626a26dbb64b2d604dc8364faa01d48ea3475',
  '0011-forgotten': '47fad2ea4420d0ceca1f909c657c20eadf900cd9613db2e7d7f33acf90d2c292',
  '0012-call-total': 'ae3e9ef9abe2c4bf9c8656f5f0c2d599ef250b1adc2c6f81573aab8f54b25b27',
  '0013-event-counts': 'b95275ae7bee0c740c690a9f7c4793ea6912f23dd444b9799786d911f0d2ebd4',
  '0014-workers': '0d905089d7a8d9cb42c20fd6b9fe15749dda24233f3fed440e954ed3e63b9d19',
  '0015-housekeeping': '8d730f694703de1e487eba8a89fc26acebe427e718c609aa5d6e86437eee3e1c',
};

function withoutComments(code: string): string {
  return code.replace(/^ *(\/\*\*[\s\S]*?\*\/|\/\/.*)\n/gm, '');
}

async function schemaOf(db: Database): Promise<string> {
  const { rows } = await sql<{ sql: string }>`
    select sql from sqlite_schema where sql is not null and name not like 'kysely%' order by name
  `.execute(db);
  return rows.map((row) => row.sql).join('\n');
}

async function appliedIn(db: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  return rows.map((row) => row.name);
}

test('released migrations are frozen, and every file of the folder is in the map', () => {
  const files = readdirSync(FOLDER).filter((file) => file !== 'index.ts');
  const hashes = files.map((file) => {
    const code = withoutComments(readFileSync(new URL(file, FOLDER), 'utf8'));
    return [file.replace('.ts', ''), createHash('sha256').update(code).digest('hex')];
  });
  expect(Object.fromEntries(hashes)).toEqual(FROZEN);
  expect(Object.keys(MIGRATIONS)).toEqual(Object.keys(FROZEN));
  expect(Object.keys(MIGRATIONS)).toEqual(Object.keys(MIGRATIONS).toSorted());
});

test('all migrations together create this schema', async () => {
  const { db } = await migratedFile();
  await expect(await schemaOf(db)).toMatchFileSnapshot('schema.sql.txt');
});

test('a second migration changes nothing', async () => {
  const file = testFile();
  await migrate(file.open());
  const before = await schemaOf(file.open());
  const db = file.open();
  await migrate(db);
  expect(await schemaOf(db)).toBe(before);
  expect(await appliedIn(db)).toEqual(Object.keys(MIGRATIONS));
  await expect(requireCurrent(db)).resolves.toBeUndefined();
});

test('a database in memory gets the same schema as a file', async () => {
  const file = testFile().open();
  const memory = openMemoryDatabase();
  await migrate(file);
  await migrate(memory);
  expect(await schemaOf(memory)).toBe(await schemaOf(file));
  await memory.destroy();
});

test('processes that start at once on a new file all get the newest schema', async () => {
  for (let round = 0; round < 3; round += 1) {
    const file = testFile();
    const children = [1, 2, 3].map(() => startChild('migrate.ts', { args: [file.setting] }));
    for (const child of children) expect(await child.line()).toBe('ready');
    for (const child of children) child.send('go');
    const ends = await Promise.all(children.map((child) => child.ended()));
    expect(ends).toEqual(children.map(() => ({ code: 0, stderr: '' })));
    const db = file.open();
    expect(await appliedIn(db)).toEqual(Object.keys(MIGRATIONS));
  }
});

test('a database of a newer version is refused, with what to do', async () => {
  const db = testFile().open();
  await migrate(db);
  await sql`insert into kysely_migration values ('9999-future', '2030-01-01T00:00:00Z')`.execute(
    db,
  );
  const refusal = {
    message: 'the database was written by a newer version of sharetrail (it has 9999-future)',
    hint: 'Install that version again, or restore a backup made with this version.',
  };
  await expect(migrate(db)).rejects.toMatchObject(refusal);
  await expect(migrate(db)).rejects.toBeInstanceOf(DatabaseError);
  await expect(requireCurrent(db)).rejects.toMatchObject(refusal);
});

test('a database of an earlier version is not read before it is migrated', async () => {
  const db = testFile().open();
  await expect(requireCurrent(db)).rejects.toMatchObject({
    name: 'DatabaseError',
    message: 'the database has the schema of an earlier version',
  });
});

// How many creates, inserts, and commits succeed before the kill; the last child is not killed.
const STATEMENTS_BEFORE_KILL = [1, 4, 9, 15, 1_000];

test('a killed migration leaves the old schema or the new one, and can be repeated', async () => {
  const ends = await Promise.all(
    STATEMENTS_BEFORE_KILL.map(async (statements) => {
      const file = testFile();
      const child = startChild('migrate-killed.ts', { args: [file.setting, String(statements)] });
      const { code } = await child.ended();
      const db = file.open();
      const schema = await schemaOf(db);
      await migrate(db);
      return { code, schema, after: await schemaOf(db) };
    }),
  );
  const complete = ends.at(-1)?.schema;
  expect(complete).toContain('event');
  const killed = { code: 'SIGKILL', schema: '', after: complete };
  expect(ends).toEqual([
    killed,
    killed,
    killed,
    killed,
    { code: 0, schema: complete, after: complete },
  ]);
});
