import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaseKey } from '../../src/db/leases.ts';
import type { Database } from '../../src/db/schema.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { findEvents } from '../../src/outbox/find-events.ts';
import { deferToNextRun, settle } from '../../src/outbox/queue.ts';
import { STATES, type State } from '../../src/outbox/states.ts';
import { requeueEvent, skipEvent } from '../../src/outbox/write-events.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { batchOf, newEvent } from '../support/events.ts';

const ONE = { tenant: 'acme', eventId: 'one' };
let db: Database;
let lease: LeaseKey;

beforeEach(async () => {
  ({ db } = await testDatabase());
  lease = await heldLease(db, 0);
});

const stored = async () => (await findEvents(db, ['acme'], 'one'))[0];

describe('skipEvent', () => {
  test.for<[State, boolean]>([
    ['held', true],
    ['pending', true],
    ['rejected', true],
    ['skipped', false],
    ['delivered', false],
    ['duplicate', false],
  ])('of an event that is %s returns %s', async ([state, allowed]) => {
    await commitBatch(db, lease, batchOf([newEvent('one', { state, notBefore: 5 })]));
    const before = await stored();
    expect(await skipEvent(db, { ...ONE, now: 9 })).toBe(allowed);
    if (!allowed) return expect(await stored()).toEqual(before);
    const { notBefore: _, ...rest } = before ?? {};
    const skipped = { state: 'skipped', reason: 'operator', updatedAt: 9 };
    expect(await stored()).toEqual({ ...rest, ...skipped });
  });

  test('of an unknown event returns false', async () => {
    expect(await skipEvent(db, { ...ONE, now: 9 })).toBe(false);
  });
});

describe('requeueEvent', () => {
  const rebuilt = newEvent('one', {
    match: { matched: true, objects: [], recipients: [], reasons: [] },
  });

  test.for(STATES)('queues an event that is %s only if its state allows it', async (state) => {
    await commitBatch(db, lease, batchOf([newEvent('one', { state, reason: 'unmatched' })]));
    const before = await stored();
    const allowed = ['rejected', 'skipped', 'held'].includes(state);
    expect(await requeueEvent(db, rebuilt, { tenant: 'acme', now: 9 })).toBe(allowed);
    const { reason: _, ...rest } = before ?? {};
    const queued = { state: 'pending', match: rebuilt.match, updatedAt: 9 };
    const after = allowed ? { ...rest, ...queued } : before;
    expect(await stored()).toEqual(after);
  });

  test('keeps the attempts, and the numbering continues', async () => {
    await commitBatch(db, lease, batchOf([newEvent('one')]));
    const response = { ...ONE, at: 1, status: 400, errors: ['bad'], outcome: 'rejected' };
    await settle(db, lease, [{ ...response, stateEvent: 'reject' }]);
    await requeueEvent(db, rebuilt, { tenant: 'acme', now: 9 });
    expect(await stored()).toMatchObject({ state: 'pending', attempts: 1, errors: [] });
    await settle(db, lease, [{ ...response, stateEvent: 'reject' }]);
    expect(await stored()).toMatchObject({ state: 'rejected', attempts: 2 });
  });

  test('makes an event claimable again that was deferred to the next run', async () => {
    await commitBatch(db, lease, batchOf([newEvent('one')]));
    await deferToNextRun(db, lease, { ...ONE, at: 1_000 });
    await skipEvent(db, { ...ONE, now: 2 });
    await requeueEvent(db, rebuilt, { tenant: 'acme', now: 3 });
    expect(await stored()).not.toHaveProperty('notBefore');
  });

  test('does not affect another tenant', async () => {
    await commitBatch(
      db,
      lease,
      batchOf([newEvent('one', { state: 'held' })], { tenant: 'other' }),
    );
    expect(await requeueEvent(db, rebuilt, { tenant: 'acme', now: 9 })).toBe(false);
    expect(await skipEvent(db, { ...ONE, now: 9 })).toBe(false);
    expect(await findEvents(db, ['other'], 'one')).toMatchObject([{ state: 'held' }]);
  });
});
