import { sql } from 'kysely';
import type { Statement } from '../db/schema.ts';
import { keptCounts, sumOfEvents } from './counts.ts';
import { storedErrors } from './event-rows.ts';
import { PRIORITY } from './outbox-event.ts';
import { STATES, type State, type StateEvent, statesAllowing } from './states.ts';

/** How many events of the tenant are in each state. */
export async function countByState(db: Statement, tenant: string): Promise<Record<State, number>> {
  const rows = await keptCounts(db, tenant)
    .select('state')
    .select(sumOfEvents)
    .groupBy('state')
    .execute();
  const counts = new Map(rows.map(({ state, events }) => [state, Number(events)]));
  const entries = STATES.map((state) => [state, counts.get(state) ?? 0] as const);
  return Object.fromEntries(entries) as Record<State, number>;
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
    // Not as a parameter: SQLite must see that the index on rejected events has them all.
    .where('state', '=', sql.lit('rejected' satisfies State))
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
  const { since, until } = window;
  const waiting = await countAllBackfilled(db, tenant, ['pending']);
  if (since === undefined && until === undefined) {
    return { settled: await countAllBackfilled(db, tenant, SETTLED), waiting };
  }
  let settled = 0;
  for (const state of SETTLED) {
    settled += await countBackfilledInState(db, { tenant, state, ...window });
  }
  return { settled, waiting };
}

const SETTLED = ['delivered', 'duplicate', 'rejected'] as const satisfies readonly State[];

async function countAllBackfilled(
  db: Statement,
  tenant: string,
  states: readonly State[],
): Promise<number> {
  const { events } = await keptCounts(db, tenant)
    .select(sumOfEvents)
    .where('state', 'in', states)
    .where('priority', '=', PRIORITY.backfill)
    .executeTakeFirstOrThrow();
  return Number(events ?? 0);
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
  const oldest: number[] = [];
  // One priority at a time: the index orders the times within a priority.
  for (const priority of Object.values(PRIORITY)) {
    const row = await db
      .selectFrom('event')
      .select('shared_at')
      .where('tenant', '=', tenant)
      .where('state', '=', 'pending')
      .where('priority', '=', priority)
      .orderBy('shared_at')
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) oldest.push(row.shared_at);
  }
  return oldest.length === 0 ? undefined : Math.min(...oldest);
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
