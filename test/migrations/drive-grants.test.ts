import { Migrator } from 'kysely/migration';
import { beforeEach, expect, test } from 'vitest';
import { MIGRATIONS } from '../../migrations/index.ts';
import { migrate } from '../../src/db/migrate.ts';
import type { Database } from '../../src/db/schema.ts';
import { testFile } from '../support/database.ts';

const AT = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;
const DATE_2029 = Date.UTC(2029, 4, 1);

let db: Database;
beforeEach(async () => {
  db = testFile().open();
  const earlier = Object.entries(MIGRATIONS).filter(([name]) => name < '0006');
  const provider = { getMigrations: async () => Object.fromEntries(earlier) };
  await new Migrator({ db, provider }).migrateToLatest();
});

function grantRow(grantee: string, changes: object = {}) {
  return {
    tenant: 'acme',
    item: 'file-1',
    grantee,
    generation: 1,
    kind: 'user',
    role: 'reader',
    inherited: 0,
    owner: 'user/1',
    seen_by: 'audit-log',
    seen_at: AT,
    granted_at: AT,
    expires_at: null,
    revoked_at: null,
    removed: 0,
    swept_at: null,
    event_id: null,
    ...changes,
  };
}

test('0006 makes one grantee of the spellings of a Gmail address, and keeps the event ids', async () => {
  const rows = [
    grantRow('inesneves@gmail.com', { event_id: 'drive:1', seen_at: AT, granted_at: AT }),
    grantRow('ines.neves@gmail.com', { event_id: 'drive:2', seen_at: AT + 5, granted_at: null }),
    grantRow('ines.neves+x@googlemail.com', { item: 'file-2', event_id: 'drive:3' }),
    grantRow('ines.neves@globex.example'),
    grantRow('plain@gmail.com'),
  ];
  await db.insertInto('grant').values(rows).execute();
  await migrate(db);
  const after = await db
    .selectFrom('grant')
    .select(['item', 'grantee', 'generation', 'event_id', 'granted_at', 'revoked_at'])
    .orderBy('item')
    .orderBy('grantee')
    .orderBy('generation')
    .execute();
  const open = { generation: 1, event_id: null, granted_at: AT, revoked_at: null };
  expect(after).toEqual([
    { ...open, item: 'file-1', grantee: 'ines.neves@globex.example' },
    {
      ...open,
      item: 'file-1',
      grantee: 'inesneves@gmail.com',
      event_id: 'drive:1',
      revoked_at: AT + 5,
    },
    {
      ...open,
      item: 'file-1',
      grantee: 'inesneves@gmail.com',
      generation: 2,
      event_id: 'drive:2',
      granted_at: null,
    },
    { ...open, item: 'file-1', grantee: 'plain@gmail.com' },
    { ...open, item: 'file-2', grantee: 'inesneves@gmail.com', event_id: 'drive:3' },
  ]);
});

test('0006 folds the key of entries that wait for their action, not the address', async () => {
  const payload = (key: string) =>
    JSON.stringify({ grant: { key, kind: 'user', email: 'ines.neves@gmail.com', role: 'reader' } });
  await db
    .insertInto('activity')
    .values({
      tenant: 'acme',
      lane: '',
      key: '1',
      at: AT,
      item: 'file-1',
      actor: 'ann@acme.example',
      payload: payload('ines.neves@gmail.com'),
      handled: 0,
    })
    .execute();
  await migrate(db);
  const after = await db.selectFrom('activity').select('payload').execute();
  expect(after).toEqual([{ payload: payload('inesneves@gmail.com') }]);
});

test('0006 dates waiting Drive events of the future, and leaves sent ones', async () => {
  const eventOf = (id: string, changes: object) => ({
    tenant: 'acme',
    event_id: id,
    source: 'google-drive',
    state: 'pending',
    priority: 0,
    shared_at: DATE_2029,
    share: JSON.stringify({ eventId: id, sharedAt: DATE_2029 }),
    body: JSON.stringify({ eventId: id, eventTimestamp: '2029-05-01T00:00:00Z' }),
    created_at: AT,
    updated_at: AT,
    ...changes,
  });
  const rows = [
    eventOf('waiting', {}),
    eventOf('sent', { state: 'delivered' }),
    eventOf('plain', { shared_at: AT + DAY_MS }),
  ];
  await db.insertInto('event').values(rows).execute();
  await migrate(db);
  const after = await db
    .selectFrom('event')
    .select(['event_id', 'shared_at', 'share', 'body'])
    .orderBy('event_id')
    .execute();
  const [plain, sent, waiting] = after;
  expect(plain).toMatchObject({ shared_at: AT + DAY_MS });
  expect(sent).toMatchObject({ shared_at: DATE_2029 });
  expect(waiting).toEqual({
    event_id: 'waiting',
    shared_at: AT,
    share: JSON.stringify({ eventId: 'waiting', sharedAt: AT }),
    body: JSON.stringify({ eventId: 'waiting', eventTimestamp: '2026-11-01T00:00:00Z' }),
  });
});
