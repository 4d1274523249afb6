import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaseKey } from '../../src/db/leases.ts';
import type { Database } from '../../src/db/schema.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { requeue, skipEvent } from '../../src/outbox/events.ts';
import { findEvents } from '../../src/outbox/queries.ts';
import { deferPending, settle } from '../../src/outbox/queue.ts';
import { STATES, type State } from '../../src/outbox/states.ts';
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

describe('an operator’s skip', () => {
  test.for<[State, boolean]>([
    ['held', true],
    ['pending', true],
    ['rejected', true],
    ['skipped', false],
    ['delivered', false],
    ['duplicate', false],
  ])('of an event that is %s: %s', async ([state, allowed]) => {
    await commitBatch(db, lease, batchOf([newEvent('one', { state, notBefore: 5 })]));
    const before = await stored();
    expect(await skipEvent(db, { ...ONE, now: 9 })).toBe(allowed);
    if (!allowed) return expect(await stored()).toEqual(before);
    const { notBefore: _, ...rest } = before ?? {};
    expect(await stored()).toEqual({ ...rest, state: 'skipped', reason: 'operator' });
  });

  test('of an event that is not there is told', async () => {
    expect(await skipEvent(db, { ...ONE, now: 9 })).toBe(false);
  });
});

describe('an operator’s retry', () => {
  const rebuilt = newEvent('one', {
    match: { matched: true, objects: [], recipients: [], reasons: [] },
  });

  test.for(STATES)(
    'of an event that is %s leads to pending only from where it may',
    async (state) => {
      await commitBatch(db, lease, batchOf([newEvent('one', { state, reason: 'unmatched' })]));
      const before = await stored();
      const allowed = ['rejected', 'skipped', 'held'].includes(state);
      expect(await requeue(db, rebuilt, { tenant: 'acme', now: 9 })).toBe(allowed);
      const { reason: _, ...rest } = before ?? {};
      const after = allowed ? { ...rest, state: 'pending', match: rebuilt.match } : before;
      expect(await stored()).toEqual(after);
    },
  );

  test('keeps the attempts, and the next one is numbered on', async () => {
    await commitBatch(db, lease, batchOf([newEvent('one')]));
    const answer = { ...ONE, at: 1, status: 400, errors: ['bad'], outcome: 'rejected' };
    await settle(db, lease, { ...answer, happening: 'reject' });
    await requeue(db, rebuilt, { tenant: 'acme', now: 9 });
    expect(await stored()).toMatchObject({ state: 'pending', attempts: 1, errors: [] });
    await settle(db, lease, { ...answer, happening: 'reject' });
    expect(await stored()).toMatchObject({ state: 'rejected', attempts: 2 });
  });

  test('puts it into the next claim, also where it had given up before', async () => {
    await commitBatch(db, lease, batchOf([newEvent('one')]));
    await deferPending(db, lease, { ...ONE, at: 1_000 });
    await skipEvent(db, { ...ONE, now: 2 });
    await requeue(db, rebuilt, { tenant: 'acme', now: 3 });
    expect(await stored()).not.toHaveProperty('notBefore');
  });

  test('touches no other tenant', async () => {
    await commitBatch(
      db,
      lease,
      batchOf([newEvent('one', { state: 'held' })], { tenant: 'other' }),
    );
    expect(await requeue(db, rebuilt, { tenant: 'acme', now: 9 })).toBe(false);
    expect(await skipEvent(db, { ...ONE, now: 9 })).toBe(false);
    expect(await findEvents(db, ['other'], 'one')).toMatchObject([{ state: 'held' }]);
  });
});
