import { sql } from 'kysely';
import type { Statement } from '../db/schema.ts';
import type { SourceName } from '../share/share.ts';
import { COUNT_LIMITS } from './limits.ts';
import type { State } from './states.ts';

/** Counts in steps, so that a million events do not block the process. All read only the index. */

export interface SourceCount {
  readonly source: SourceName;
  readonly events: number;
}

interface StateOfTenant {
  readonly tenant: string;
  readonly state: State;
}

interface Position {
  readonly priority: number;
  readonly shared_at: number;
  readonly event_id: string;
}

/** The IDs of a source begin with it, so the index is enough to know the source. */
const SALESFORCE_IDS = 'salesforce:';

/** The events of a tenant in a state, by source; sources without events are left out. */
export async function countBySource(db: Statement, key: StateOfTenant): Promise<SourceCount[]> {
  const counts: Record<SourceName, number> = { salesforce: 0, 'google-drive': 0 };
  for await (const { events, salesforce } of stepsOf(db, key)) {
    counts.salesforce += salesforce;
    counts['google-drive'] += events - salesforce;
  }
  return Object.entries(counts)
    .map(([source, events]) => ({ source: source as SourceName, events }))
    .filter(({ events }) => events > 0);
}

interface Step {
  readonly events: number;
  readonly salesforce: number;
}

async function* stepsOf(db: Statement, key: StateOfTenant): AsyncGenerator<Step> {
  let after: Position | undefined;
  for (;;) {
    const end = await positionAfter(db, key, { after, skip: COUNT_LIMITS.eventsPerStep - 1 });
    yield await countBetween(db, key, { after, end });
    if (end === undefined) return;
    after = end;
    await nextTask();
  }
}

/** Lets the process do something else: SQLite's statements never wait. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function positionAfter(
  db: Statement,
  { tenant, state }: StateOfTenant,
  { after, skip }: { readonly after: Position | undefined; readonly skip: number },
): Promise<Position | undefined> {
  const { rows } = await sql<Position>`
    select priority, shared_at, event_id from event
    where state = ${state} and tenant = ${tenant} ${isAfter(after)}
    order by priority, shared_at, event_id limit 1 offset ${skip}
  `.execute(db);
  return rows[0];
}

async function countBetween(
  db: Statement,
  { tenant, state }: StateOfTenant,
  { after, end }: { readonly after: Position | undefined; readonly end: Position | undefined },
): Promise<Step> {
  const until =
    end === undefined
      ? sql``
      : sql`and (priority, shared_at, event_id) <= (${end.priority}, ${end.shared_at}, ${end.event_id})`;
  const { rows } = await sql<Step>`
    select count(*) as events, count(*) filter (where event_id >= ${SALESFORCE_IDS}) as salesforce
    from event
    where state = ${state} and tenant = ${tenant} ${isAfter(after)} ${until}
  `.execute(db);
  return rows[0] ?? { events: 0, salesforce: 0 };
}

function isAfter(after: Position | undefined) {
  if (after === undefined) return sql``;
  const { priority, shared_at, event_id } = after;
  return sql`and (priority, shared_at, event_id) > (${priority}, ${shared_at}, ${event_id})`;
}

/** The tenant's skipped events by reason. */
export async function countSkippedByReason(
  db: Statement,
  tenant: string,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let after: Position | undefined;
  for (;;) {
    const { rows } = await sql<Position & { reason: string | null }>`
      select priority, shared_at, event_id, reason from event
      where state = ${'skipped' satisfies State} and tenant = ${tenant} ${isAfter(after)}
      order by priority, shared_at, event_id limit ${COUNT_LIMITS.rowsPerStep}
    `.execute(db);
    for (const { reason } of rows) {
      const name = reason ?? 'unknown';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    after = rows.at(-1);
    if (rows.length < COUNT_LIMITS.rowsPerStep) return counts;
    await nextTask();
  }
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
  { tenant, state, since }: StateOfTenant & { readonly since: number },
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
