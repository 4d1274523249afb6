import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/schema.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { listEvents } from '../../src/outbox/list-events.ts';
import type { EventKey } from '../../src/outbox/load-events.ts';
import { PRIORITY } from '../../src/outbox/outbox-event.ts';
import { STATES } from '../../src/outbox/states.ts';
import { heldLease, ON_SQLITE, testDatabase } from '../support/database.ts';
import { batchOf, newEvent } from '../support/events.ts';
import { recordStatements } from '../support/statements.ts';

const TENANTS = ['acme', 'globex'];

interface Shape {
  readonly tenant: string;
  readonly state: (typeof STATES)[number];
  readonly priority: number;
  readonly sharedAt: number;
  readonly reason: string;
}

const shapes = fc.array(
  fc.record<Shape>({
    tenant: fc.constantFrom(...TENANTS),
    state: fc.constantFrom(...STATES),
    priority: fc.constantFrom(PRIORITY.fresh, PRIORITY.backfill),
    sharedAt: fc.integer({ min: 0, max: 8 }),
    reason: fc.constantFrom('unmatched', 'no-url'),
  }),
  { maxLength: 40 },
);

async function store(db: Database, all: readonly Shape[]): Promise<void> {
  const lease = await heldLease(db, 0);
  for (const [number, { tenant, state, priority, sharedAt, reason }] of all.entries()) {
    const event = newEvent(`event-${number}`, { state, reason });
    const shared = { ...event, share: { ...event.share, sharedAt } };
    await commitBatch(db, lease, batchOf([shared], { tenant, priority }));
  }
}

/** The IDs in the order of the list, by sorting all events. */
function naiveList(all: readonly Shape[], accepts: (shape: Shape) => boolean): string[] {
  return all
    .map((shape, number) => ({ ...shape, id: `event-${number}` }))
    .filter(accepts)
    .toSorted(
      (one, other) =>
        other.sharedAt - one.sharedAt ||
        one.tenant.localeCompare(other.tenant) ||
        (one.id < other.id ? -1 : 1),
    )
    .map(({ id }) => id);
}

describe('the list of events', () => {
  test('equals a naive sort of all events, whatever its filters and the size of its pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.integer({ min: 1, max: 7 }),
        fc.option(fc.constantFrom(...STATES), { nil: undefined }),
        fc.option(fc.constantFrom('unmatched', 'no-url'), { nil: undefined }),
        async (all, limit, state, reason) => {
          const { db } = await testDatabase();
          await store(db, all);
          const windows = [{ tenants: TENANTS, since: 1, until: 8 }];
          const filter = { windows, limit, ...(state && { state }), ...(reason && { reason }) };
          const listed: string[] = [];
          let after: EventKey | undefined;
          for (;;) {
            const page = await listEvents(db, { ...filter, ...(after && { after }) });
            listed.push(...page.map(({ eventId }) => eventId));
            after = page.at(-1);
            if (page.length < limit) break;
          }
          const accepts = (shape: Shape) =>
            shape.sharedAt >= 1 &&
            shape.sharedAt < 8 &&
            shape.state === (state ?? shape.state) &&
            shape.reason === (reason ?? shape.reason);
          expect(listed).toEqual(naiveList(all, accepts));
          await db.destroy();
        },
      ),
      { numRuns: 30 },
    );
  });

  if (ON_SQLITE) {
    test('reads the newest events only, from the index', async () => {
      const { db } = await testDatabase();
      const { executed } = recordStatements();
      await listEvents(db, { windows: [{ tenants: TENANTS }], limit: 5 });
      const query = executed.find((text) => text.includes('"event_id", "shared_at"')) ?? '';
      const parameters = [...query.matchAll(/\?/g)].map(() => 0);
      const { rows } = await db.executeQuery<{ detail: string }>({
        ...db.selectFrom('event').select('event_id').compile(),
        sql: `explain query plan ${query}`,
        parameters,
      });
      const plan = rows.map(({ detail }) => detail).join('; ');
      expect(plan).toContain(
        'USING COVERING INDEX event_by_state (state=? AND tenant=? AND priority=?',
      );
      expect(plan).not.toContain('TEMP B-TREE FOR ORDER BY');
    });
  }
});
