import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { beforeEach, describe, expect, test } from 'vitest';
import { MIGRATIONS } from '../../migrations/index.ts';
import type { LeaseKey } from '../../src/db/leases.ts';
import { migrate } from '../../src/db/migrate.ts';
import type { Database } from '../../src/db/schema.ts';
import { countEvents } from '../../src/operator/event-counts.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { countBackfilled, countByState, openRejections } from '../../src/outbox/event-counts.ts';
import { listEvents } from '../../src/outbox/list-events.ts';
import { PRIORITY } from '../../src/outbox/outbox-event.ts';
import { skipEvent } from '../../src/outbox/write-events.ts';
import { heldLease, ON_SQLITE, testDatabase, testFile } from '../support/database.ts';
import { batchOf, eventSeries, newEvent } from '../support/events.ts';
import { recordStatements } from '../support/statements.ts';

let db: Database;
let lease: LeaseKey;
beforeEach(async () => {
  ({ db } = await testDatabase());
  lease = await heldLease(db, 0);
  const states = ['held', 'pending', 'rejected', 'skipped'] as const;
  const fresh = eventSeries(200, 'salesforce:a').map((event, index) => {
    const state = states[index % states.length] ?? 'held';
    return { ...event, state, ...(state === 'skipped' && { reason: 'link-only' as const }) };
  });
  await commitBatch(db, lease, batchOf(fresh));
  const backfilled = eventSeries(7, 'salesforce:b');
  await commitBatch(db, lease, batchOf(backfilled, { priority: PRIORITY.backfill }));
  await commitBatch(db, lease, batchOf([newEvent('drive:1')], { tenant: 'other' }));
});

const KEY = sql`tenant, state, source, priority, coalesce(reason, '')`;

async function expectRightCounts(): Promise<void> {
  const counted = await sql`
    select tenant, state, source, priority, coalesce(reason, '') as reason, count(*) as events
    from event group by ${KEY} order by ${KEY}
  `.execute(db);
  const kept = await sql`
    select tenant, state, source, priority, reason, events from event_count
    where events <> 0 order by ${KEY}
  `.execute(db);
  expect(kept.rows).toEqual(counted.rows);
}

describe('the kept counts', () => {
  test('are those of the events, after pages of them were written', expectRightCounts);

  test('do not change if events that are known are written again', async () => {
    await commitBatch(db, lease, batchOf(eventSeries(200, 'salesforce:a')));
    await expectRightCounts();
    expect(await countByState(db, 'acme')).toMatchObject({ held: 50, pending: 57, skipped: 50 });
  });

  test.each([
    ['a new state', sql`update event set state = 'delivered' where state = 'pending'`],
    ['a new reason', sql`update event set reason = 'unmatched' where state = 'skipped'`],
    ['no reason', sql`update event set reason = null where state = 'skipped'`],
    ['a new priority', sql`update event set priority = 1 where state = 'skipped'`],
    ['another tenant', sql`update event set tenant = 'gone' where tenant = 'acme'`],
    ['another source', sql`update event set source = 'google-drive' where state = 'held'`],
    ['something else', sql`update event set attempts = attempts + 1`],
    ['a deletion', sql`delete from event where state = 'held'`],
    ['a deletion of all', sql`delete from event`],
  ])('follow %s', async (_, change) => {
    await change.execute(db);
    await expectRightCounts();
  });

  test('follow what an operator does, and a transaction that is rolled back', async () => {
    await skipEvent(db, { tenant: 'acme', eventId: 'salesforce:a-000000', now: 1 });
    await expectRightCounts();
    const failing = db.transaction().execute(async (trx) => {
      await sql`delete from event`.execute(trx);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await expectRightCounts();
    expect(await countByState(db, 'acme')).toMatchObject({ held: 49, skipped: 51 });
  });

  test('are what the metrics show', async () => {
    const { states, reasons } = await countEvents(db, ['acme', 'other']);
    expect(states).toHaveLength(5);
    expect(states).toContainEqual({
      tenant: 'acme',
      state: 'pending',
      source: 'salesforce',
      events: 57,
    });
    expect(reasons).toEqual([{ tenant: 'acme', reason: 'link-only', events: 50 }]);
    expect(await countBackfilled(db, 'acme')).toEqual({ settled: 0, waiting: 7 });
  });
});

if (ON_SQLITE) {
  describe('reads no event but those that it shows', () => {
    /** How SQLite executes each statement about events that `read` prepares. */
    async function plansOf(read: () => Promise<unknown>): Promise<string[]> {
      const { executed } = recordStatements();
      await read();
      const plans: string[] = [];
      for (const text of executed.filter((each) => each.includes('event'))) {
        const parameters = [...text.matchAll(/\?/g)].map(() => 0);
        const { rows } = await db.executeQuery<{ detail: string }>({
          ...sql`select 1`.compile(db),
          sql: `explain query plan ${text}`,
          parameters,
        });
        plans.push(rows.map(({ detail }) => detail).join('; '));
      }
      return plans;
    }

    const windows = [{ tenants: ['acme'] }];
    test.each([
      ['the states', /event_count/, () => countByState(db, 'acme')],
      ['the backfilled ones', /event_count/, () => countBackfilled(db, 'acme')],
      ['the metrics', /event_count/, () => countEvents(db, ['acme'])],
      [
        'the rejected ones',
        /event_rejected \(state=\? AND tenant=/,
        () => openRejections(db, 'acme'),
      ],
      [
        'a list by reason',
        /event_by_reason \(tenant=\? AND reason=\? AND state=/,
        () => listEvents(db, { windows, reason: 'no-url', limit: 5 }),
      ],
      [
        'a list by source',
        /COVERING INDEX event_by_state \(state=\? AND tenant=\? AND priority=/,
        () => listEvents(db, { windows, source: 'google-drive', limit: 5 }),
      ],
    ])('%s', async (_, plan, read) => {
      const plans = (await plansOf(read)).filter((each) => !each.includes('event_key'));
      expect(plans.length).toBeGreaterThan(0);
      for (const each of plans) expect(each).toMatch(plan);
    });
  });
}

test('0013 counts the events that are there', async () => {
  const file = testFile();
  const before = file.open();
  const earlier = Object.fromEntries(
    Object.entries(MIGRATIONS).filter(([name]) => name < '0013-event-counts'),
  );
  const provider = { getMigrations: async () => earlier };
  await new Migrator({ db: before, provider }).migrateToLatest();
  const rows = await db.selectFrom('event').selectAll().execute();
  const events = rows.slice(0, 100).map(({ erased_at: _none, ...row }) => row);
  await before.insertInto('event').values(events).execute();
  db = before;
  await migrate(db);
  await expectRightCounts();
  expect((await countByState(db, 'acme')).held).toBeGreaterThan(0);
});
