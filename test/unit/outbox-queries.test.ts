import { beforeEach, expect, test } from 'vitest';
import type { LeaseKey } from '../../src/db/leases.ts';
import type { Database } from '../../src/db/schema.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import {
  countBackfilled,
  countByState,
  oldestPendingSharedAt,
} from '../../src/outbox/event-counts.ts';
import { listAttempts } from '../../src/outbox/find-events.ts';
import { listEvents } from '../../src/outbox/list-events.ts';
import { PRIORITY } from '../../src/outbox/outbox-event.ts';
import { STATES } from '../../src/outbox/states.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { batchOf, eventSharedAt, newEvent } from '../support/events.ts';

let db: Database;
let lease: LeaseKey;

beforeEach(async () => {
  ({ db } = await testDatabase());
  lease = await heldLease(db, 0);
});

async function listed(filter: Partial<Parameters<typeof listEvents>[1]> = {}) {
  const windows = [{ tenants: ['acme', 'other'] }];
  const events = await listEvents(db, { windows, limit: 100, ...filter });
  return events.map((event) => `${event.tenant} ${event.eventId}`);
}

test('events are sorted by share time (newest first), tenant and id, up to the limit', async () => {
  const shares = [eventSharedAt('old', 10), eventSharedAt('b', 20), eventSharedAt('a', 20)];
  await commitBatch(db, lease, batchOf([...shares, eventSharedAt('new', 30)]));
  await commitBatch(db, lease, batchOf([eventSharedAt('a', 20)], { tenant: 'other' }));
  const order = ['acme new', 'acme a', 'acme b', 'other a', 'acme old'];
  expect(await listed()).toEqual(order);
  expect(await listed({ limit: 2 })).toEqual(order.slice(0, 2));
  expect(await listed({ windows: [{ tenants: ['other'] }] })).toEqual(['other a']);
  expect(await listed({ windows: [{ tenants: [] }] })).toEqual([]);
  expect(await listed({ windows: [] })).toEqual([]);
});

test('each timezone has its own `since`, which is inclusive', async () => {
  const shares = [eventSharedAt('early', 9), eventSharedAt('exact', 10), eventSharedAt('late', 11)];
  for (const tenant of ['acme', 'other', 'third']) {
    await commitBatch(db, lease, batchOf(shares, { tenant }));
  }
  const windows = [
    { tenants: ['acme'], since: 10 },
    { tenants: ['other', 'third'], since: 11 },
  ];
  expect(await listed({ windows })).toEqual([
    'acme late',
    'other late',
    'third late',
    'acme exact',
  ]);
});

test('shares from before 1970 are listed if there is no `since`', async () => {
  await commitBatch(db, lease, batchOf([eventSharedAt('ancient', -5)]));
  expect(await listed()).toEqual(['acme ancient']);
});

test.for(STATES)('the state filter lists only events that are %s', async (state) => {
  await commitBatch(db, lease, batchOf(STATES.map((each) => newEvent(each, { state: each }))));
  expect(await listed({ state })).toEqual([`acme ${state}`]);
});

test('every state is counted per tenant, even if no event is in it', async () => {
  const pending = [newEvent('one'), newEvent('two')];
  await commitBatch(db, lease, batchOf([...pending, newEvent('held', { state: 'held' })]));
  await commitBatch(db, lease, batchOf([newEvent('three')], { tenant: 'other' }));
  const none = { held: 0, pending: 0, delivered: 0, duplicate: 0, rejected: 0, skipped: 0 };
  expect(await countByState(db, 'acme')).toEqual({ ...none, held: 1, pending: 2 });
  expect(await countByState(db, 'other')).toEqual({ ...none, pending: 1 });
  expect(await countByState(db, 'unknown')).toEqual(none);
});

test('oldestPendingSharedAt returns undefined if no event is pending', async () => {
  expect(await oldestPendingSharedAt(db, 'acme')).toBeUndefined();
  const held = { ...eventSharedAt('held', 1), state: 'held' as const };
  await commitBatch(db, lease, batchOf([held, eventSharedAt('b', 20), eventSharedAt('a', 10)]));
  expect(await oldestPendingSharedAt(db, 'acme')).toBe(10);
  expect(await oldestPendingSharedAt(db, 'other')).toBeUndefined();
});

test('an event that was never sent has no attempts', async () => {
  await commitBatch(db, lease, batchOf([newEvent('new')]));
  expect(await listAttempts(db, { tenant: 'acme', eventId: 'new' })).toEqual([]);
});

test('the window limits which backfilled events count as settled, not as waiting', async () => {
  const times = [10, 20, 30, 40];
  const history = { priority: PRIORITY.backfill };
  const settled = times.map((at) => ({
    ...eventSharedAt(`sent ${at}`, at),
    state: 'delivered' as const,
  }));
  const waiting = times.map((at) => eventSharedAt(`waits ${at}`, at));
  await commitBatch(db, lease, batchOf([...settled, ...waiting], history));
  const fresh = eventSharedAt('fresh', 20);
  const sent = { ...eventSharedAt('fresh, sent', 20), state: 'delivered' as const };
  await commitBatch(db, lease, batchOf([fresh, sent]));
  await commitBatch(db, lease, batchOf(settled, { ...history, tenant: 'other' }));
  expect(await countBackfilled(db, 'acme')).toEqual({ settled: 4, waiting: 4 });
  const within = await countBackfilled(db, 'acme', { since: 20, until: 40 });
  expect(within).toEqual({ settled: 2, waiting: 4 });
  expect(await countBackfilled(db, 'acme', { since: 20 })).toEqual({ settled: 3, waiting: 4 });
});
