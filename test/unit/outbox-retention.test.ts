import type { CompiledQuery } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/schema.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { countByState } from '../../src/outbox/event-counts.ts';
import { findEvents, listAttempts } from '../../src/outbox/find-events.ts';
import { ERASURE_LIMITS } from '../../src/outbox/limits.ts';
import { listEvents } from '../../src/outbox/list-events.ts';
import type { NewEvent } from '../../src/outbox/outbox-event.ts';
import { settle } from '../../src/outbox/queue.ts';
import { eraseSettled } from '../../src/outbox/retention.ts';
import { STATES, type State } from '../../src/outbox/states.ts';
import { requeueEvent, updateReconsidered } from '../../src/outbox/write-events.ts';
import { heldLease, ON_SQLITE, testDatabase } from '../support/database.ts';
import { batchOf, eventSeries, newEvent } from '../support/events.ts';
import { recordStatements } from '../support/statements.ts';

const BEFORE = Date.UTC(2026, 10, 20);
const NOW = Date.UTC(2027, 4, 19);
const WHEN = { before: BEFORE, now: NOW };
const SETTLED: readonly State[] = ['delivered', 'duplicate', 'rejected', 'skipped'];
const EMAIL = 'ada.byron@globex.example';

function personal(eventId: string, changes: Partial<NewEvent> = {}): NewEvent {
  const event = newEvent(eventId, changes);
  const property = { name: 'role', dataType: 'string', value: 'reader for Ada' } as const;
  return {
    ...event,
    share: {
      ...event.share,
      sharer: { id: 'u1', email: 'bilal@acme.example', name: 'Bilal', username: 'bilal' },
      content: { ...event.share.content, infoUrl: 'https://acme.example/info' },
      related: { id: '003000000000001AAA', type: 'Contact' },
      drive: {
        detector: 'audit-log',
        item: 'file',
        grantees: [{ kind: 'user', email: EMAIL, role: 'reader' }],
      },
      contentProperties: [property],
      eventProperties: [property],
    },
    errors: [`${EMAIL} is wrong`],
  };
}

async function commit(db: Database, events: readonly NewEvent[], now = BEFORE - 1): Promise<void> {
  await commitBatch(db, await heldLease(db, 0), batchOf(events, { now }));
  await db.deleteFrom('lease').execute();
}

describe('eraseSettled, on an event that was settled long ago', () => {
  test.each(SETTLED)('erases people, title, links, match, body and errors if %s', async (state) => {
    const { db } = await testDatabase();
    await commit(db, [personal('old', { state, reason: 'why' })]);
    expect(await eraseSettled(db, WHEN)).toBe(1);
    const [row] = await db.selectFrom('event').selectAll().execute();
    expect(JSON.stringify(row)).not.toMatch(/ada|bilal|offer|globex|acme\.example|003000/i);
    const [event] = await findEvents(db, ['acme'], 'old');
    expect(event).toEqual({
      priority: 0,
      createdAt: BEFORE - 1,
      updatedAt: BEFORE - 1,
      tenant: 'acme',
      eventId: 'old',
      source: 'salesforce',
      state,
      reason: 'why',
      sharedAt: newEvent('old').share.sharedAt,
      share: {
        source: 'salesforce',
        eventId: 'old',
        shareId: 'share-old',
        sharedAt: newEvent('old').share.sharedAt,
        content: { id: 'content-old', title: '' },
        contentProperties: [],
        eventProperties: [],
      },
      attempts: 0,
      errors: [],
      erasedAt: NOW,
    });
  });

  test("keeps Gong's ids and deletes the attempts", async () => {
    const { db } = await testDatabase();
    const lease = await heldLease(db, 0);
    const when = { now: BEFORE - 1 };
    await commitBatch(db, lease, batchOf([personal('old'), personal('other')], when));
    const response = { tenant: 'acme', at: BEFORE - 1, status: 201, requestId: 'r1' };
    const accepted = { outcome: 'accepted', stateEvent: 'accept' as const, errors: [EMAIL] };
    await settle(db, lease, [{ ...response, ...accepted, eventId: 'old', integrationId: '77' }]);
    await settle(db, lease, [
      {
        ...response,
        outcome: 'unavailable',
        errors: [EMAIL],
        eventId: 'other',
      },
    ]);
    expect(await eraseSettled(db, WHEN)).toBe(1);
    const kept = { state: 'delivered', requestId: 'r1', integrationId: '77', attempts: 1 };
    expect((await findEvents(db, ['acme'], 'old'))[0]).toMatchObject(kept);
    expect(await listAttempts(db, { tenant: 'acme', eventId: 'old' })).toEqual([]);
    expect(await listAttempts(db, { tenant: 'acme', eventId: 'other' })).toHaveLength(1);
  });

  test('keeps the event in every list and count', async () => {
    const { db } = await testDatabase();
    await commit(db, [personal('old', { state: 'delivered' })]);
    await eraseSettled(db, WHEN);
    const windows = [{ tenants: ['acme'] }];
    expect(await listEvents(db, { windows, limit: 10 })).toHaveLength(1);
    expect(await countByState(db, 'acme')).toMatchObject({ delivered: 1 });
  });

  test('does not let the event be inserted a second time', async () => {
    const { db } = await testDatabase();
    await commit(db, [personal('old', { state: 'delivered' })]);
    await eraseSettled(db, WHEN);
    await commit(db, [personal('old')], NOW);
    expect((await findEvents(db, ['acme'], 'old'))[0]).toMatchObject({ state: 'delivered' });
  });
});

test('waiting events and recently settled ones are not erased', async () => {
  const { db } = await testDatabase();
  const waiting = STATES.filter((state) => !SETTLED.includes(state));
  await commit(
    db,
    waiting.map((state) => personal(state, { state })),
  );
  await commit(db, [personal('young', { state: 'delivered' })], BEFORE);
  expect(waiting).toEqual(['held', 'pending']);
  expect(await eraseSettled(db, WHEN)).toBe(0);
  expect(await db.selectFrom('event').select('erased_at').distinct().execute()).toEqual([
    { erased_at: null },
  ]);
});

test('reading its share again restores an erased event with a revisable skip reason', async () => {
  const { db } = await testDatabase();
  await commit(db, [personal('old', { state: 'skipped', reason: 'before-start' })]);
  await eraseSettled(db, WHEN);
  await updateReconsidered(db, personal('old'), { tenant: 'acme', priority: 0, now: NOW });
  const [event] = await findEvents(db, ['acme'], 'old');
  expect(event).toMatchObject({ state: 'pending', share: { content: { title: 'Offer' } } });
  expect(event).not.toHaveProperty('erasedAt');
});

test('a retry that was in progress when its event was erased restores the event', async () => {
  const { db } = await testDatabase();
  await commit(db, [personal('old', { state: 'rejected' })]);
  await eraseSettled(db, WHEN);
  expect(await requeueEvent(db, personal('old'), { tenant: 'acme', now: NOW })).toBe(true);
  expect((await findEvents(db, ['acme'], 'old'))[0]).not.toHaveProperty('erasedAt');
});

describe('eraseSettled, in short transactions', () => {
  test('erases up to eventsPerBatchMax events of any settled state per call', async () => {
    const { db } = await testDatabase();
    const { eventsPerBatchMax } = ERASURE_LIMITS;
    const events = eventSeries(eventsPerBatchMax + 3).map((event, index) => ({
      ...event,
      state: SETTLED[index % SETTLED.length] ?? 'delivered',
    }));
    await commit(db, events);
    expect(await eraseSettled(db, WHEN)).toBe(eventsPerBatchMax);
    expect(await eraseSettled(db, WHEN)).toBe(3);
    expect(await eraseSettled(db, WHEN)).toBe(0);
  });

  if (ON_SQLITE) {
    test('finds events by the index on unerased ones, however many are erased', async () => {
      const { db } = await testDatabase();
      const { executed } = recordStatements();
      await eraseSettled(db, WHEN);
      const text = executed.find((statement) => statement.includes('from "event"')) ?? '';
      const parameters = [BEFORE, 10];
      const query = { sql: `explain query plan ${text}`, parameters } as unknown as CompiledQuery;
      const { rows } = await db.executeQuery<{ detail: string }>(query);
      // Without ANALYZE, as every real database is.
      expect(rows.map(({ detail }) => detail)).toEqual([
        'SEARCH event USING INDEX event_by_age (state=? AND updated_at<?)',
      ]);
    });
  }
});

test('a retry that has read an event before its people were forgotten does not write it', async () => {
  const { db } = await testDatabase();
  await commit(db, [personal('old', { state: 'skipped', reason: 'forgotten' })]);
  expect(await requeueEvent(db, personal('old'), { tenant: 'acme', now: 1 })).toBe(false);
  await commit(db, [personal('other', { state: 'skipped', reason: 'operator' })]);
  expect(await requeueEvent(db, personal('other'), { tenant: 'acme', now: 1 })).toBe(true);
});
