import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../migrations/index.ts';
import { migrate } from '../../src/db/migrate.ts';
import type { Tables } from '../../src/db/schema.ts';
import { testFile } from '../support/database.ts';

/** The table of 0002, without a lane. */
type Before = Kysely<{ activity: Omit<Tables['activity'], 'lane'> }>;

test('0004 keeps the audit log entries, and assigns them to sync', async () => {
  const db = testFile().open();
  const { '0001-outbox': outbox, '0002-drive': drive } = MIGRATIONS;
  if (outbox === undefined || drive === undefined) throw new Error('migrations are missing');
  const provider = {
    getMigrations: async () => ({ '0001-outbox': outbox, '0002-drive': drive }),
  };
  await new Migrator({ db, provider }).migrateToLatest();
  const entries = Array.from({ length: 500 }, (_, number) => ({
    tenant: number % 2 === 0 ? 'acme' : 'other',
    key: `key ${number >> 1}`,
    at: 1_790_000_000_000 + number,
    item: `file ${number}`,
    actor: 'ann@acme.example',
    payload: JSON.stringify({ number }),
    handled: number % 3 === 0 ? 1 : 0,
  }));
  await (db as unknown as Before).insertInto('activity').values(entries).execute();

  await migrate(db);

  const after = await db.selectFrom('activity').selectAll().orderBy('at').execute();
  expect(after).toEqual(entries.map((entry) => ({ ...entry, lane: '' })));
  // Two lanes can have the same entry; one lane has it once.
  const [first] = after;
  if (first === undefined) throw new Error('nothing was kept');
  await db
    .insertInto('activity')
    .values({ ...first, lane: 'backfill/google-drive/x' })
    .execute();
  await expect(db.insertInto('activity').values(first).execute()).rejects.toThrow(/UNIQUE/);
});
