import { type ExpressionBuilder, sql } from 'kysely';
import type { Statement, Tables } from '../db/schema.ts';
import type { SourceName } from '../share/share.ts';
import type { State } from './states.ts';

/** Counts that triggers keep (`event_count`), and counts that read only an index. */

export interface SourceCount {
  readonly state: State;
  readonly source: SourceName;
  readonly events: number;
}

/** The events of a tenant by state and source; what has no events is left out. */
export async function countBySource(db: Statement, tenant: string): Promise<SourceCount[]> {
  const rows = await keptCounts(db, tenant)
    .select(['state', 'source'])
    .select(sumOfEvents)
    .groupBy(['state', 'source'])
    .execute();
  return rows.map(({ state, source, events }) => ({
    state: state as State,
    source: source as SourceName,
    events: Number(events),
  }));
}

/** The tenant's skipped events by reason. */
export async function countSkippedByReason(
  db: Statement,
  tenant: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await keptCounts(db, tenant)
    .where('state', '=', 'skipped' satisfies State)
    .select('reason')
    .select(sumOfEvents)
    .groupBy('reason')
    .execute();
  return new Map(rows.map(({ reason, events }) => [reason || 'unknown', Number(events)]));
}

/** What a tenant has events of. */
export function keptCounts(db: Statement, tenant: string) {
  return db.selectFrom('event_count').where('tenant', '=', tenant).where('events', '>', 0);
}

export function sumOfEvents(select: ExpressionBuilder<Tables, 'event_count'>) {
  return select.fn.sum<number | null>('events').as('events');
}

export interface DayCount {
  /** the day's number, in days since the epoch, UTC */
  readonly day: number;
  readonly state: State;
  readonly events: number;
}

const DAY_MS = 24 * 60 * 60_000;

/** The tenant's events in a state that were shared since a time, by day. */
export async function countByDay(
  db: Statement,
  {
    tenant,
    state,
    since,
  }: { readonly tenant: string; readonly state: State; readonly since: number },
): Promise<DayCount[]> {
  const { rows } = await sql<{ day: number; events: number }>`
    select shared_at / ${sql.lit(DAY_MS)} as day, count(*) as events
    from event
    where state = ${state} and tenant = ${tenant} and priority in (0, 1) and shared_at >= ${since}
    group by day
  `.execute(db);
  return rows.map(({ day, events }) => ({ day: Math.floor(day), state, events }));
}

/** How many events of each tenant reached the state since a time. */
export async function countSettledSince(
  db: Statement,
  {
    state,
    since,
  }: { readonly state: 'delivered' | 'duplicate' | 'rejected'; readonly since: number },
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ tenant: string; events: number }>`
    select tenant, count(*) as events from event
    where state = ${state} and updated_at >= ${since} and erased_at is null
      and state in ('delivered', 'duplicate', 'rejected', 'skipped')
    group by tenant
  `.execute(db);
  return new Map(rows.map(({ tenant, events }) => [tenant, events]));
}
