import type { Statement } from '../db/schema.ts';
import { toStoredEvent } from './event-rows.ts';
import type { Attempt, StoredEvent } from './outbox-event.ts';

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
