import { DATABASE_LIMITS } from '../db/limits.ts';
import type { Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import { toStoredEvent } from './event-rows.ts';
import type { StoredEvent } from './outbox-event.ts';

/** What identifies an event, and its place in a list. */
export interface EventKey {
  readonly tenant: string;
  readonly eventId: string;
  /** epoch milliseconds */
  readonly sharedAt: number;
}

/** The events with these keys, in the same order; those that no longer exist are left out. */
export async function loadEvents(
  db: Statement,
  keys: readonly Pick<EventKey, 'tenant' | 'eventId'>[],
): Promise<StoredEvent[]> {
  const events = new Map<string, StoredEvent>();
  for (const [tenant, members] of Map.groupBy(keys, (key) => key.tenant)) {
    const ids = members.map(({ eventId }) => eventId);
    for (const chunk of chunksOf(ids, DATABASE_LIMITS.idsPerQueryMax)) {
      const rows = await db
        .selectFrom('event')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('event_id', 'in', chunk)
        .execute();
      for (const row of rows) {
        const event = toStoredEvent(row);
        events.set(textOf(event), event);
      }
    }
  }
  return keys.flatMap((key) => events.get(textOf(key)) ?? []);
}

/** Unique among all events. */
export function textOf({ tenant, eventId }: Pick<EventKey, 'tenant' | 'eventId'>): string {
  return JSON.stringify([tenant, eventId]);
}

/** The order of a list: newest share first, then by tenant and ID. */
export function newestFirst(one: EventKey, other: EventKey): number {
  return (
    other.sharedAt - one.sharedAt ||
    compareText(one.tenant, other.tenant) ||
    compareText(one.eventId, other.eventId)
  );
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
