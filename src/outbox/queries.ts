import type { Statement } from '../db/schema.ts';
import { type Attempt, PRIORITY, type StoredEvent } from './event-types.ts';
import { storedErrors, toStoredEvent } from './rows.ts';
import { STATES, type State, type StateEvent, statesAllowing } from './states.ts';

/** The events with this id, at most one per tenant. */
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
  return rows.map(toStoredEvent);
}

/** All requests about the event, oldest first. */
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

/** How many events of the tenant an operator's action can change, without erased ones. */
export async function countActionable(
  db: Statement,
  tenant: string,
  select: {
    readonly action: StateEvent;
    readonly state?: State | undefined;
    readonly reason?: string | undefined;
  },
): Promise<number> {
  const { action, state, reason } = select;
  const { events } = await db
    .selectFrom('event')
    .select(({ fn }) => fn.countAll<number>().as('events'))
    .where('tenant', '=', tenant)
    .where('state', 'in', statesAllowing(action))
    .where('erased_at', 'is', null)
    .$if(state !== undefined, (all) => all.where('state', '=', state ?? ''))
    .$if(reason !== undefined, (all) => all.where('reason', '=', reason ?? ''))
    .executeTakeFirstOrThrow();
  return Number(events);
}

/** The rejected events that an operator can still fix, and the first error of the newest one. */
export interface OpenRejections {
  readonly count: number;
  /** absent if Gong gave none */
  readonly error?: string;
}

/** Erased events are not counted: they can no longer be rebuilt. */
export async function openRejections(db: Statement, tenant: string): Promise<OpenRejections> {
  const open = db
    .selectFrom('event')
    .where('state', '=', 'rejected' satisfies State)
    .where('tenant', '=', tenant)
    .where('erased_at', 'is', null);
  const { events } = await open
    .select((select) => select.fn.countAll<number>().as('events'))
    .executeTakeFirstOrThrow();
  const newest = await open
    .select('errors')
    .orderBy('updated_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const [error] = storedErrors(newest ?? { errors: null });
  return { count: Number(events), ...(error !== undefined && { error }) };
}

/** Epoch milliseconds: `since` is inclusive, `until` exclusive. An absent bound is open. */
export interface SharedAtWindow {
  readonly since?: number;
  readonly until?: number;
}

/**
 * Counts backfilled events: `settled` counts those shared within the window that Gong has
 * accepted or rejected, `waiting` all pending ones regardless of the window.
 */
export async function countBackfilled(
  db: Statement,
  tenant: string,
  window: SharedAtWindow = {},
): Promise<{ readonly settled: number; readonly waiting: number }> {
  let settled = 0;
  for (const state of ['delivered', 'duplicate', 'rejected'] as const) {
    settled += await countBackfilledInState(db, { tenant, state, ...window });
  }
  return { settled, waiting: await countBackfilledInState(db, { tenant, state: 'pending' }) };
}

async function countBackfilledInState(
  db: Statement,
  filter: SharedAtWindow & { readonly tenant: string; readonly state: State },
): Promise<number> {
  const { tenant, state, since, until } = filter;
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

/** The share time of the oldest pending event; undefined if no event is pending. */
export async function oldestPendingSharedAt(
  db: Statement,
  tenant: string,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('event')
    .select((select) => select.fn.min<number | null>('shared_at').as('at'))
    .where('tenant', '=', tenant)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/** Whether the tenant has any event. */
export async function hasEvents(db: Statement, tenant: string): Promise<boolean> {
  const row = await db
    .selectFrom('event')
    .select('event_id')
    .where('tenant', '=', tenant)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
