import { expect, test } from 'vitest';
import { readCursor } from '../../src/db/cursors.ts';
import type { Database } from '../../src/db/schema.ts';
import { RetryableError } from '../../src/lib/errors.ts';
import { commitBatch, commitCursor } from '../../src/outbox/commit.ts';
import { findEvents } from '../../src/outbox/find-events.ts';
import { knownEvents } from '../../src/outbox/known-events.ts';
import { type NewEvent, PRIORITY } from '../../src/outbox/outbox-event.ts';
import { STATES } from '../../src/outbox/states.ts';
import { STATES_AFTER_REPAIR } from '../../src/outbox/write-events.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { batchOf, eventSeries, newEvent } from '../support/events.ts';
import { failInserts } from '../support/failing-database.ts';
import { listCursors } from '../support/list-cursors.ts';

const STREAM = { tenant: 'acme', stream: 'salesforce' };
const moved = (position: string) => ({ stream: 'salesforce', position });

async function outbox() {
  const file = await testDatabase();
  return { ...file, lease: await heldLease(file.db, 0) };
}

async function stored(db: Database, eventId: string) {
  return (await findEvents(db, ['acme'], eventId))[0];
}

test('a stored event is read back unchanged, field by field', async () => {
  const { db, lease } = await outbox();
  const plain = newEvent('plain');
  const rich: NewEvent = {
    ...newEvent('rich', { state: 'rejected', reason: 'operator', notBefore: 7 }),
    errors: ['recipients[0].email: must be an email address'],
    match: {
      matched: true,
      objects: [
        { type: 'Account', id: '0015g00000ABCDEFGH', name: 'Customer' },
        { type: 'Contact', id: '0035g00000ABCDEFGH' },
      ],
      recipients: [{ email: 'ann@customer.example', name: 'Ann – “A”' }],
      reasons: ['Contact Ann is related.'],
    },
  };
  await commitBatch(db, lease, batchOf([plain, rich]));
  const { share, match, body } = rich;
  expect(await stored(db, 'rich')).toEqual({
    tenant: 'acme',
    priority: 0,
    createdAt: Date.UTC(2026, 10, 2),
    updatedAt: Date.UTC(2026, 10, 2),
    eventId: 'rich',
    source: 'salesforce',
    state: 'rejected',
    reason: 'operator',
    sharedAt: share.sharedAt,
    notBefore: 7,
    attempts: 0,
    errors: rich.errors,
    share,
    match,
    body,
  });
  expect(await stored(db, 'plain')).toEqual({
    tenant: 'acme',
    eventId: 'plain',
    source: 'salesforce',
    state: 'pending',
    priority: 0,
    createdAt: Date.UTC(2026, 10, 2),
    updatedAt: Date.UTC(2026, 10, 2),
    sharedAt: plain.share.sharedAt,
    attempts: 0,
    errors: [],
    share: plain.share,
    body: plain.body,
  });
});

test('names that an earlier version stored by Id are read as the names of the objects', async () => {
  const { db, lease } = await outbox();
  await commitBatch(db, lease, batchOf([newEvent('old')]));
  const objects = [
    { type: 'Account', id: '001A' },
    { type: 'Contact', id: '003C' },
  ];
  const match = {
    matched: true,
    objects,
    recipients: [],
    reasons: [],
    names: { '001A': 'Globex' },
  };
  await db
    .updateTable('event')
    .set({ match: JSON.stringify(match) })
    .execute();
  expect((await stored(db, 'old'))?.match).toEqual({
    matched: true,
    objects: [
      { type: 'Account', id: '001A', name: 'Globex' },
      { type: 'Contact', id: '003C' },
    ],
    recipients: [],
    reasons: [],
  });
});

test('many events in one batch each keep their own share and body', async () => {
  const { db, lease } = await outbox();
  const events = eventSeries(250).map((event, index) =>
    index % 3 === 0 ? event : { ...event, state: 'skipped' as const, reason: `reason ${index}` },
  );
  await commitBatch(db, lease, batchOf(events));
  for (const event of events) {
    expect(await stored(db, event.eventId)).toMatchObject({ ...event, tenant: 'acme' });
  }
});

test('a batch and its cursor are atomic: if one event fails, nothing is written', async () => {
  const { db, lease } = await outbox();
  await commitBatch(db, lease, batchOf([newEvent('before')], { cursor: moved('1') }));
  const repair = await failInserts(db, {
    table: 'event',
    eventId: 'event-000249',
    message: 'one of many',
  });
  const batch = batchOf(eventSeries(300), { cursor: moved('2') });
  await expect(commitBatch(db, lease, batch)).rejects.toThrow('one of many');
  expect(await readCursor(db, STREAM)).toBe('1');
  expect(await db.selectFrom('event').select('event_id').execute()).toEqual([
    { event_id: 'before' },
  ]);
  await repair();
  await commitBatch(db, lease, batch);
  expect(await readCursor(db, STREAM)).toBe('2');
  expect(await db.selectFrom('event').select('event_id').execute()).toHaveLength(301);
});

test('if the cursor cannot be written, no event is written', async () => {
  const { db, lease } = await outbox();
  await failInserts(db, { table: 'cursor', message: 'no cursor' });
  const batch = batchOf([newEvent('new')], { cursor: moved('1') });
  await expect(commitBatch(db, lease, batch)).rejects.toThrow('no cursor');
  expect(await db.selectFrom('event').selectAll().execute()).toEqual([]);
});

test('a batch without a cursor writes none, and an empty page writes only the cursor', async () => {
  const { db, lease } = await outbox();
  await commitBatch(db, lease, batchOf([newEvent('new')]));
  expect(await listCursors(db, 'acme')).toEqual([]);
  await commitBatch(db, lease, batchOf([], { cursor: moved('1'), now: 5 }));
  await commitCursor(db, lease, { tenant: 'acme', stream: 'start', position: '0', updatedAt: 6 });
  expect(await listCursors(db, 'acme')).toEqual([
    { stream: 'salesforce', position: '1', updatedAt: 5 },
    { stream: 'start', position: '0', updatedAt: 6 },
  ]);
});

test.for(STATES)('reading a share again does not change an event that is %s', async (state) => {
  const { db, lease } = await outbox();
  await commitBatch(db, lease, batchOf([newEvent('same', { state })]));
  const before = await db.selectFrom('event').selectAll().execute();
  const { body: _, ...again } = newEvent('same', { state: 'skipped', reason: 'unmatched' });
  const changes = { priority: PRIORITY.backfill, now: 99 };
  await commitBatch(db, lease, batchOf([again, newEvent('new')], changes));
  const rows = await db.selectFrom('event').selectAll().orderBy('event_id').execute();
  expect(rows.filter((row) => row.event_id === 'same')).toEqual(before);
  expect(rows.map((row) => row.event_id)).toEqual(['new', 'same']);
});

test('the same id in another tenant is a different event', async () => {
  const { db, lease } = await outbox();
  await commitBatch(db, lease, batchOf([newEvent('same')]));
  await commitBatch(db, lease, batchOf([newEvent('same')], { tenant: 'other' }));
  const tenants = ['acme', 'other', 'third'];
  expect((await findEvents(db, tenants, 'same')).map((event) => event.tenant)).toEqual([
    'acme',
    'other',
  ]);
  expect(await findEvents(db, ['other'], 'none')).toEqual([]);
});

test('a new decision about a held event ends its hold', async () => {
  const { db, lease } = await outbox();
  const held = newEvent('held', { state: 'held', reason: 'unmatched', notBefore: 9 });
  const { body: _, ...waiting } = held;
  await commitBatch(db, lease, batchOf([waiting]));
  const match = { matched: true, objects: [], recipients: [], reasons: ['found'] };
  const reconsidered = [newEvent('held', { match })];
  await commitBatch(db, lease, batchOf([], { reconsidered, now: 77 }));
  const event = await stored(db, 'held');
  expect(event).toMatchObject({ state: 'pending', match, body: held.body });
  expect(event).not.toHaveProperty('reason');
  expect(event).not.toHaveProperty('notBefore');
  expect(await db.selectFrom('event').select(['created_at', 'updated_at']).execute()).toEqual([
    { created_at: batchOf([]).now, updated_at: 77 },
  ]);
});

test.for(STATES.filter((state) => state !== 'held'))(
  'a new decision about a held event does not change one that is %s by now',
  async (state) => {
    const { db, lease } = await outbox();
    await commitBatch(db, lease, batchOf([newEvent('moved', { state })]));
    await db.updateTable('event').set({ attempts: 1 }).execute();
    const before = await stored(db, 'moved');
    const reconsidered = [newEvent('moved', { reason: 'late' })];
    await commitBatch(db, lease, batchOf([], { reconsidered }));
    expect(await stored(db, 'moved')).toEqual(before);
  },
);

test('an event that was rejected without an attempt changes only if it is queued or held', async () => {
  const { db, lease } = await outbox();
  const errors = ['contentUrl: must be a valid http or https URL'];
  await commitBatch(db, lease, batchOf([{ ...newEvent('local', { state: 'rejected' }), errors }]));
  const before = await stored(db, 'local');
  for (const state of STATES.filter((each) => !STATES_AFTER_REPAIR.includes(each))) {
    const { body: _, ...again } = newEvent('local', { state, reason: 'again' });
    await commitBatch(db, lease, batchOf([], { reconsidered: [again] }));
    expect(await stored(db, 'local')).toEqual(before);
  }
  const reconsidered = [newEvent('local')];
  const changes = { reconsidered, priority: PRIORITY.backfill, now: 77 };
  await commitBatch(db, lease, batchOf([], changes));
  const queued = { state: 'pending', errors: [], priority: PRIORITY.backfill, updatedAt: 77 };
  expect(await stored(db, 'local')).toMatchObject(queued);
});

test('an event that was rejected without an attempt is held if its share now waits', async () => {
  const { db, lease } = await outbox();
  await commitBatch(db, lease, batchOf([newEvent('local', { state: 'rejected' })]));
  const reconsidered = [newEvent('local', { state: 'held', reason: 'unmatched' })];
  await commitBatch(db, lease, batchOf([], { reconsidered }));
  expect(await stored(db, 'local')).toMatchObject({ state: 'held', reason: 'unmatched' });
});

test('a new decision about a held event does not affect another tenant', async () => {
  const { db, lease } = await outbox();
  const held = newEvent('same', { state: 'held' });
  await commitBatch(db, lease, batchOf([held], { tenant: 'other' }));
  await commitBatch(db, lease, batchOf([], { reconsidered: [newEvent('same')] }));
  expect(await findEvents(db, ['other'], 'same')).toMatchObject([{ state: 'held' }]);
});

test('knownEvents takes any number of ids and returns only those on record', async () => {
  const { db, lease } = await outbox();
  const events = eventSeries(1_203);
  await commitBatch(db, lease, batchOf(events));
  await commitBatch(db, lease, batchOf([newEvent('elsewhere')], { tenant: 'other' }));
  const ids = [...events.map((event) => event.eventId), 'elsewhere', 'unknown'];
  const known = await knownEvents(db, 'acme', ids);
  expect(known.size).toBe(1_203);
  expect(known.get('event-000000')).toEqual({
    state: 'pending',
    reason: null,
    priority: 0,
    attempts: 0,
  });
  expect(new Set([...known.values()].map(({ state }) => state))).toEqual(new Set(['pending']));
  expect(await knownEvents(db, 'acme', [])).toEqual(new Map());
});

test('an event can replace one with the same id that awaits the audit log', async () => {
  const { db, lease } = await outbox();
  const waiting = { state: 'held', reason: 'audit-log', notBefore: 7 } as const;
  await commitBatch(db, lease, batchOf([newEvent('one', waiting), newEvent('two', waiting)]));
  const created = [newEvent('one'), newEvent('three')];
  await commitBatch(db, lease, batchOf(created, { replaced: ['one', 'two'] }));
  expect((await stored(db, 'one'))?.state).toBe('pending');
  expect(await stored(db, 'two')).toBeUndefined();
  expect((await stored(db, 'three'))?.state).toBe('pending');
});

test.each([
  ['was queued in the meantime', { state: 'pending' }],
  ['is held for another reason', { state: 'held', reason: 'unmatched', notBefore: 7 }],
] as const)('replacing an event that %s fails and writes nothing', async (_what, changes) => {
  const { db, lease } = await outbox();
  await commitBatch(db, lease, batchOf([newEvent('one', changes)]));
  const batch = batchOf([newEvent('two')], { replaced: ['one'], cursor: moved('"later"') });
  await expect(commitBatch(db, lease, batch)).rejects.toThrow(RetryableError);
  expect((await stored(db, 'one'))?.state).toBe(changes.state);
  expect(await stored(db, 'two')).toBeUndefined();
  expect(await readCursor(db, STREAM)).toBeUndefined();
});

test('one of several replaced events that was queued in the meantime keeps all of them', async () => {
  const { db, lease } = await outbox();
  const waiting = newEvent('waiting', { state: 'held', reason: 'audit-log', notBefore: 7 });
  await commitBatch(db, lease, batchOf([waiting, newEvent('queued')]));
  const batch = batchOf([newEvent('new')], { replaced: ['waiting', 'queued'] });
  await expect(commitBatch(db, lease, batch)).rejects.toThrow(RetryableError);
  expect((await stored(db, 'waiting'))?.state).toBe('held');
  expect((await stored(db, 'queued'))?.state).toBe('pending');
  expect(await stored(db, 'new')).toBeUndefined();
});

test("a source's own tables are written in the same transaction", async () => {
  const { db, lease } = await outbox();
  const entry = {
    tenant: 'acme',
    lane: '',
    key: 'k',
    at: 1,
    item: 'f',
    actor: 'a',
    payload: '{}',
    handled: 0,
  };
  const commit = (fails: boolean) =>
    commitBatch(
      db,
      lease,
      batchOf([newEvent(`event-${fails}`)], {
        writeInTransaction: async (trx) => {
          await trx.insertInto('activity').values(entry).execute();
          if (fails) throw new Error('no');
        },
      }),
    );
  await expect(commit(true)).rejects.toThrow('no');
  expect(await stored(db, 'event-true')).toBeUndefined();
  await commit(false);
  expect(await db.selectFrom('activity').selectAll().execute()).toEqual([entry]);
});
