import type { Statement } from '../db/schema.ts';
import { type Attempt, PRIORITY, type StoredEvent } from './event-types.ts';
import { storedEvent } from './rows.ts';
import { STATES, type State } from './states.ts';

export interface EventFilter {
  /** a date means midnight in a tenant's own timezone: hence one window for each zone */
  readonly windows: readonly { readonly tenants: readonly string[]; readonly since?: number }[];
  readonly state?: State;
  readonly limit: number;
}

/** The outbox, newest share first. */
export async function listEvents(db: Statement, filter: EventFilter): Promise<StoredEvent[]> {
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .where((where) =>
      where.or(
        filter.windows.map(({ tenants, since }) =>
          where.and([
            where('tenant', 'in', tenants),
            where('shared_at', '>=', since ?? Number.MIN_SAFE_INTEGER),
          ]),
        ),
      ),
    )
    .$if(filter.state !== undefined, (query) => query.where('state', '=', filter.state ?? ''))
    .orderBy('shared_at', 'desc')
    .orderBy('tenant')
    .orderBy('event_id')
    .limit(filter.limit)
    .execute();
  return rows.map(storedEvent);
}

/** The events of that id: one a tenant at most. */
export async function findEvents(
  db: Statement,
  tenants: readonly string[],
  eventId: string,
): Promise<StoredEvent[]> {
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .where('tenant', 'in', tenants)
    .where('event_id', '=', eventId)
    .orderBy('tenant')
    .execute();
  return rows.map(storedEvent);
}

/** Every request about the event, first to last. */
export async function listAttempts(
  db: Statement,
  event: { readonly tenant: string; readonly eventId: string },
): Promise<Attempt[]> {
  const rows = await db
    .selectFrom('attempt')
    .selectAll()
    .where('tenant', '=', event.tenant)
    .where('event_id', '=', event.eventId)
    .orderBy('number')
    .execute();
  return rows.map((row) => ({
    number: row.number,
    at: row.at,
    outcome: row.outcome,
    errors: JSON.parse(row.errors) as string[],
    ...(row.status !== null && { status: row.status }),
    ...(row.request_id !== null && { requestId: row.request_id }),
  }));
}

/** How many events of the tenant are in each state. */
export async function countByState(db: Statement, tenant: string): Promise<Record<State, number>> {
  const counts: [State, number][] = [];
  for (const state of STATES) counts.push([state, await countState(db, tenant, state)]);
  return Object.fromEntries(counts) as Record<State, number>;
}

async function countState(db: Statement, tenant: string, state: State): Promise<number> {
  const row = await db
    .selectFrom('event')
    .select((select) => select.fn.countAll<number>().as('events'))
    .where('state', '=', state)
    .where('tenant', '=', tenant)
    .executeTakeFirstOrThrow();
  return Number(row.events);
}

/** Epoch milliseconds, inclusive and exclusive; absent ends are open. */
interface SharedWithin {
  readonly since?: number;
  readonly until?: number;
}

/**
 * The events that history brought in: how many Gong has answered for, of those shared within the
 * window, and how many wait, whenever they were shared.
 */
export async function countBackfilled(
  db: Statement,
  tenant: string,
  window: SharedWithin = {},
): Promise<{ readonly settled: number; readonly waiting: number }> {
  let settled = 0;
  for (const state of ['delivered', 'duplicate', 'rejected'] as const) {
    settled += await countOfHistory(db, { tenant, state, ...window });
  }
  return { settled, waiting: await countOfHistory(db, { tenant, state: 'pending' }) };
}

async function countOfHistory(
  db: Statement,
  of: SharedWithin & { readonly tenant: string; readonly state: State },
): Promise<number> {
  const { tenant, state, since, until } = of;
  const row = await db
    .selectFrom('event')
    .select((select) => select.fn.countAll<number>().as('events'))
    .where('state', '=', state)
    .where('tenant', '=', tenant)
    .where('priority', '=', PRIORITY.backfill)
    .$if(since !== undefined, (all) => all.where('shared_at', '>=', since ?? 0))
    .$if(until !== undefined, (all) => all.where('shared_at', '<', until ?? 0))
    .executeTakeFirstOrThrow();
  return Number(row.events);
}

/** When the oldest share of those that wait was made; undefined where none waits. */
export async function oldestPending(db: Statement, tenant: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('event')
    .select((select) => select.fn.min<number | null>('shared_at').as('at'))
    .where('tenant', '=', tenant)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return row?.at ?? undefined;
}
