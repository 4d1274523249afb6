import type { Statement } from '../db/schema.ts';
import type { SourceName } from '../share/share.ts';
import { toStoredEvent } from './event-rows.ts';
import type { Attempt, StoredEvent } from './outbox-event.ts';
import type { State } from './states.ts';

/** Epoch milliseconds: `since` is inclusive, `until` exclusive. An absent bound is open. */
export interface SharedAtWindow {
  readonly since?: number;
  readonly until?: number;
}

export interface EventFilter {
  /** one window per timezone: a date means midnight in the tenant's own timezone */
  readonly windows: readonly (SharedAtWindow & { readonly tenants: readonly string[] })[];
  readonly state?: State;
  readonly reason?: string;
  readonly source?: SourceName;
  readonly limit: number;
}

/** The events of the outbox, newest share first. */
export async function listEvents(db: Statement, filter: EventFilter): Promise<StoredEvent[]> {
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .where((where) =>
      where.or(
        filter.windows.map(({ tenants, since, until }) =>
          where.and([
            where('tenant', 'in', tenants),
            where('shared_at', '>=', since ?? Number.MIN_SAFE_INTEGER),
            where('shared_at', '<', until ?? Number.MAX_SAFE_INTEGER),
          ]),
        ),
      ),
    )
    .$if(filter.state !== undefined, (query) => query.where('state', '=', filter.state ?? ''))
    .$if(filter.reason !== undefined, (query) => query.where('reason', '=', filter.reason ?? ''))
    .$if(filter.source !== undefined, (query) => query.where('source', '=', filter.source ?? ''))
    .orderBy('shared_at', 'desc')
    .orderBy('tenant')
    .orderBy('event_id')
    .limit(filter.limit)
    .execute();
  return rows.map(toStoredEvent);
}

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
