import { type CompiledQuery, sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaseKey } from '../../src/db/leases.ts';
import type { Database } from '../../src/db/schema.ts';
import { LeaseLost } from '../../src/lib/errors.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { findEvents, listAttempts } from '../../src/outbox/find-events.ts';
import { knownEvents } from '../../src/outbox/known-events.ts';
import { PRIORITY } from '../../src/outbox/outbox-event.ts';
import { pagesInState } from '../../src/outbox/pages-in-state.ts';
import {
  claimPending,
  deferToNextRun,
  pendingBody,
  releaseDeferred,
  type Settlement,
  settle,
} from '../../src/outbox/queue.ts';
import { STATES, type State } from '../../src/outbox/states.ts';
import { heldLease, ON_SQLITE, testDatabase } from '../support/database.ts';
import { batchOf, eventSeries, eventSharedAt, newEvent } from '../support/events.ts';
import { recordStatements } from '../support/statements.ts';

const NOW = Date.UTC(2026, 10, 2, 2);
let db: Database;
let lease: LeaseKey;

beforeEach(async () => {
  ({ db } = await testDatabase());
  lease = await heldLease(db, NOW);
});

const CLAIM = {
  tenant: 'acme',
  alreadyClaimed: [],
  limit: 100,
  runStartedAt: NOW,
  priorityMax: PRIORITY.backfill,
} as const;

async function claimIds(changes: Partial<Parameters<typeof claimPending>[1]> = {}) {
  const claimed = await claimPending(db, { ...CLAIM, ...changes });
  return claimed.map((event) => event.eventId);
}

async function pagesOf(state: State, size: number) {
  const pages: string[][] = [];
  for await (const page of pagesInState(db, { tenant: 'acme', state, size })) {
    pages.push(page.map((event) => event.eventId));
  }
  return pages;
}

const allPendingIds = async () => (await pagesOf('pending', 1_000)).flat();

describe('claimPending', () => {
  test('returns fresh before backfilled, older before newer, equal times by id', async () => {
    const backfill = { priority: PRIORITY.backfill };
    await commitBatch(db, lease, batchOf([eventSharedAt('past', 1)], backfill));
    const fresh = [
      eventSharedAt('newer', 30),
      eventSharedAt('b', 20),
      eventSharedAt('c', 20),
      eventSharedAt('a', 20),
      eventSharedAt('older', 10),
    ];
    await commitBatch(db, lease, batchOf(fresh));
    await commitBatch(db, lease, batchOf([eventSharedAt('past-2', 0)], backfill));
    const order = ['older', 'a', 'b', 'c', 'newer', 'past-2', 'past'];
    expect(await claimIds()).toEqual(order);
    expect(await claimIds({ limit: 2 })).toEqual(['older', 'a']);
    expect(await allPendingIds()).toEqual(order);
  });

  test('excludes events that are already claimed and returns the next ones instead', async () => {
    await commitBatch(db, lease, batchOf(eventSeries(5)));
    const alreadyClaimed = ['event-000000', 'event-000002'];
    expect(await claimIds({ alreadyClaimed, limit: 2 })).toEqual(['event-000001', 'event-000003']);
  });

  test('returns only pending events of its tenant', async () => {
    const events = STATES.map((state) => newEvent(state, { state }));
    await commitBatch(db, lease, batchOf(events));
    await commitBatch(db, lease, batchOf([newEvent('theirs')], { tenant: 'other' }));
    expect(await claimIds()).toEqual(['pending']);
  });

  test('returns the body byte for byte as it was stored', async () => {
    const event = newEvent('exact');
    await commitBatch(db, lease, batchOf([event]));
    const body = JSON.stringify(event.body);
    expect(await claimPending(db, CLAIM)).toEqual([{ eventId: 'exact', priority: 0 }]);
    expect(await pendingBody(db, lease, { tenant: 'acme', eventId: 'exact' })).toBe(body);
  });

  test('returns no body to a run that lost its lease', async () => {
    await commitBatch(db, lease, batchOf([newEvent('waiting')]));
    const other = { ...lease, holder: 'other-machine|1|1|1' };
    const body = pendingBody(db, other, { tenant: 'acme', eventId: 'waiting' });
    await expect(body).rejects.toBeInstanceOf(LeaseLost);
  });

  test('excludes a deferred event until a run that starts later', async () => {
    await commitBatch(db, lease, batchOf(eventSeries(2)));
    await deferToNextRun(db, lease, { tenant: 'acme', eventId: 'event-000000', at: NOW + 5_000 });
    expect(await claimIds()).toEqual(['event-000001']);
    expect(await claimIds({ runStartedAt: NOW + 4_999 })).toEqual(['event-000001']);
    expect(await claimIds({ runStartedAt: NOW + 5_000 })).toHaveLength(2);
    expect(await allPendingIds()).toHaveLength(2);
  });

  test('an event that was deferred by a clock ahead is claimed by the next run', async () => {
    await commitBatch(db, lease, batchOf(eventSeries(2)));
    const at = NOW + 50 * 3_600_000;
    await deferToNextRun(db, lease, { tenant: 'acme', eventId: 'event-000000', at });
    await releaseDeferred(db, lease, { tenant: 'acme', runStartedAt: NOW + 60_000 });
    expect(await claimIds({ runStartedAt: NOW + 60_000 })).toHaveLength(2);
  });

  test('deferring changes only pending events of its tenant', async () => {
    await commitBatch(db, lease, batchOf([newEvent('same', { state: 'held', notBefore: 3 })]));
    await commitBatch(db, lease, batchOf([newEvent('same')], { tenant: 'other' }));
    await deferToNextRun(db, lease, { tenant: 'acme', eventId: 'same', at: NOW });
    const rows = db.selectFrom('event').select(['tenant', 'not_before']).orderBy('tenant');
    expect(await rows.execute()).toEqual([
      { tenant: 'acme', not_before: 3 },
      { tenant: 'other', not_before: null },
    ]);
  });
});

describe('pagesInState', () => {
  test('yields every event once, in claiming order, even if times are equal', async () => {
    const tied = Array.from({ length: 150 }, (_, index) =>
      eventSharedAt(`tied-${String((index * 79) % 150).padStart(4, '0')}`, 5),
    );
    await commitBatch(db, lease, batchOf(tied, { priority: PRIORITY.backfill }));
    await commitBatch(db, lease, batchOf(eventSeries(101)));
    const pages = await pagesOf('pending', 40);
    expect(pages.map((page) => page.length)).toEqual([40, 40, 40, 40, 40, 40, 11]);
    expect(pages.flat()).toEqual(await claimIds({ limit: 10_000 }));
  });

  test('yields only events of the state and the tenant', async () => {
    await commitBatch(db, lease, batchOf(STATES.map((state) => newEvent(state, { state }))));
    await commitBatch(db, lease, batchOf([newEvent('theirs')], { tenant: 'other' }));
    for (const state of STATES) expect(await pagesOf(state, 5)).toEqual([[state]]);
  });

  test('misses no event if each page changes its state during the iteration', async () => {
    const held = eventSeries(25).map((event) => ({ ...event, state: 'held' as const }));
    await commitBatch(db, lease, batchOf(held));
    const ids: string[] = [];
    for await (const page of pagesInState(db, { tenant: 'acme', state: 'held', size: 10 })) {
      ids.push(...page.map((event) => event.eventId));
      const reconsidered = page.map((event) => newEvent(event.eventId));
      await commitBatch(db, lease, batchOf([], { reconsidered }));
    }
    expect(ids).toEqual(held.map((event) => event.eventId));
    expect(await allPendingIds()).toHaveLength(25);
  });
});

describe('settling', () => {
  const response: Omit<Settlement, 'eventId' | 'stateEvent'> = {
    tenant: 'acme',
    at: NOW + 7,
    outcome: 'accepted',
    status: 201,
    requestId: 'request-1',
    integrationId: '9223372036854775807',
    errors: [],
  };

  test('keeps what Gong response with the event, and every attempt in order', async () => {
    await commitBatch(db, lease, batchOf([newEvent('one')]));
    const failed = { tenant: 'acme', eventId: 'one', at: NOW, outcome: 'unavailable' };
    await settle(db, lease, [{ ...failed, errors: ['the connection broke'] }]);
    expect((await findEvents(db, ['acme'], 'one'))[0]).toMatchObject({
      state: 'pending',
      attempts: 1,
      errors: ['the connection broke'],
    });
    await settle(db, lease, [{ ...response, eventId: 'one', stateEvent: 'accept' }]);
    expect((await findEvents(db, ['acme'], 'one'))[0]).toMatchObject({
      state: 'delivered',
      attempts: 2,
      lastStatus: 201,
      requestId: 'request-1',
      integrationId: '9223372036854775807',
      errors: [],
    });
    expect(await listAttempts(db, { tenant: 'acme', eventId: 'one' })).toEqual([
      { number: 1, at: NOW, outcome: 'unavailable', errors: ['the connection broke'] },
      {
        number: 2,
        at: NOW + 7,
        outcome: 'accepted',
        status: 201,
        requestId: 'request-1',
        errors: [],
      },
    ]);
  });

  test('a rejection keeps its reasons', async () => {
    await commitBatch(db, lease, batchOf([newEvent('one')]));
    const errors = ['recipients is required', 'contentUrl: “bad”'];
    const rejection = { ...response, status: 400, outcome: 'rejected', errors };
    await settle(db, lease, [{ ...rejection, eventId: 'one', stateEvent: 'reject' }]);
    expect((await findEvents(db, ['acme'], 'one'))[0]).toMatchObject({
      state: 'rejected',
      lastStatus: 400,
      errors,
    });
  });

  test.for<[State, Settlement['stateEvent'], State]>([
    ['skipped', 'accept', 'delivered'],
    ['skipped', 'conflict', 'duplicate'],
    ['skipped', 'reject', 'skipped'],
    ['delivered', 'reject', 'delivered'],
    ['delivered', 'conflict', 'delivered'],
    ['rejected', 'accept', 'rejected'],
  ])('if an event became %s while its request was in flight, %s leaves it %s', async (row) => {
    const [state, stateEvent, next] = row;
    await commitBatch(db, lease, batchOf([newEvent('one', { state })]));
    await settle(db, lease, [{ ...response, eventId: 'one', ...(stateEvent && { stateEvent }) }]);
    expect((await findEvents(db, ['acme'], 'one'))[0]).toMatchObject({ state: next, attempts: 1 });
  });

  test.for<[Settlement['stateEvent'], string | undefined]>([
    ['accept', undefined],
    ['conflict', undefined],
    ['reject', 'operator'],
  ])('after %s, an event that was skipped in flight has the reason %s', async (row) => {
    const [stateEvent, reason] = row;
    const skipped = newEvent('one', { state: 'skipped', reason: 'operator' });
    await commitBatch(db, lease, batchOf([skipped]));
    await settle(db, lease, [{ ...response, eventId: 'one', ...(stateEvent && { stateEvent }) }]);
    expect((await findEvents(db, ['acme'], 'one'))[0]?.reason).toBe(reason);
  });

  test('several responses are recorded together: all of them, or none', async () => {
    await commitBatch(db, lease, batchOf(eventSeries(3)));
    const accept = (eventId: string) => ({ ...response, eventId, stateEvent: 'accept' as const });
    const failing = settle(db, lease, [accept('event-000000'), accept('none')]);
    await expect(failing).rejects.toThrow('no result');
    expect(await db.selectFrom('attempt').selectAll().execute()).toEqual([]);
    expect(await allPendingIds()).toHaveLength(3);
    await settle(db, lease, [accept('event-000000'), accept('event-000002')]);
    expect(await allPendingIds()).toEqual(['event-000001']);
  });

  test('settling an unknown event throws and records no attempt', async () => {
    const settled = settle(db, lease, [{ ...response, eventId: 'none', stateEvent: 'accept' }]);
    await expect(settled).rejects.toThrow('no result');
    expect(await db.selectFrom('attempt').selectAll().execute()).toEqual([]);
  });
});

if (ON_SQLITE) {
  describe('with 100,000 events', () => {
    /** SQLite's plan for the statement: https://sqlite.org/eqp.html */
    async function planOf(text: string, parameters: readonly unknown[]): Promise<string[]> {
      const query = { sql: `explain query plan ${text}`, parameters } as CompiledQuery;
      const { rows } = await db.executeQuery<{ detail: string }>(query);
      return rows.map((row) => row.detail);
    }

    async function planOfClaim(): Promise<string[]> {
      const { executed } = recordStatements();
      await claimPending(db, { ...CLAIM, alreadyClaimed: ['event-000000'] });
      const [text = ''] = executed;
      expect(text).toContain('from "event"');
      return planOf(text, ['acme', 'pending', PRIORITY.backfill, NOW, 403, 'event-000000', 100]);
    }

    test('claiming reads the index in order, without sorting', async () => {
      await sql`
        insert into event (tenant, event_id, source, state, priority, shared_at, share, created_at,
          updated_at)
        with recursive number (value) as (
          select 1 union all select value + 1 from number limit 100000
        )
        select 'acme', 'e' || value, 'salesforce', iif(value % 50 = 0, 'pending', 'delivered'), 0,
          value, '{}', 0, 0 from number
      `.execute(db);
      // Without ANALYZE, as every real database is.
      expect(await planOfClaim()).toEqual([
        'SEARCH event USING INDEX event_by_state (state=? AND tenant=? AND priority<?)',
      ]);
      expect(await claimIds({ limit: 3 })).toEqual(['e50', 'e100', 'e150']);
    });

    test('control: without the index, claiming reads all events and sorts them', async () => {
      await sql`drop index event_by_state`.execute(db);
      expect(await planOfClaim()).toContain('USE TEMP B-TREE FOR ORDER BY');
    });

    test('releasing deferred events reads only those, not all that are pending', async () => {
      const { executed } = recordStatements();
      await releaseDeferred(db, lease, { tenant: 'acme', runStartedAt: NOW });
      const text = executed.find((one) => one.startsWith('update "event"')) ?? '';
      expect(await planOf(text, [null, 'acme', NOW])).toEqual([
        'SEARCH event USING INDEX event_deferred (tenant=? AND not_before>?)',
      ]);
    });

    test('reading the next page searches the index', async () => {
      await commitBatch(db, lease, batchOf(eventSeries(1_001)));
      const { executed } = recordStatements();
      await allPendingIds();
      const [, second = ''] = executed;
      const parameters = ['pending', 'acme', 0, 1, 'event-000001', 7];
      expect(await planOf(second, parameters)).toEqual([
        expect.stringMatching(/^SEARCH event USING INDEX event_by_state \(state=\? AND tenant=\?/),
      ]);
    });

    test('knownEvents searches the index by id instead of scanning the tenant', async () => {
      const { executed } = recordStatements();
      await knownEvents(db, 'acme', ['a', 'b', 'c']);
      const [statement = ''] = executed;
      expect(await planOf(statement, ['acme', 'a', 'b', 'c'])).toEqual([
        'SEARCH event USING INDEX sqlite_autoindex_event_1 (tenant=? AND event_id=?)',
      ]);
    });
  });
}
