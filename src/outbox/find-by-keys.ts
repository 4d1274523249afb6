import { DATABASE_LIMITS } from '../db/limits.ts';
import type { Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import type { EventKey, StoredEvent } from './event-types.ts';
import { toStoredEvent } from './rows.ts';

/** The events with these keys, in their order; those that no longer exist are left out. */
export async function findByKeys(
  db: Statement,
  keys: readonly { readonly tenant: string; readonly event_id: string }[],
): Promise<StoredEvent[]> {
  const events = new Map<string, StoredEvent>();
  for (const [tenant, members] of Map.groupBy(keys, (key) => key.tenant)) {
    const ids = members.map(({ event_id }) => event_id);
    for (const chunk of chunksOf(ids, DATABASE_LIMITS.idsPerQueryMax)) {
      const rows = await db
        .selectFrom('event')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('event_id', 'in', chunk)
        .execute();
      for (const row of rows) {
        const event = toStoredEvent(row);
        events.set(keyText(event), event);
      }
    }
  }
  return keys.flatMap(
    ({ tenant, event_id }) => events.get(keyText({ tenant, eventId: event_id })) ?? [],
  );
}

export function keyText({ tenant, eventId }: Pick<StoredEvent, 'tenant' | 'eventId'>): string {
  return JSON.stringify([tenant, eventId]);
}

/** The order of lists: newest share first. */
export function compareEvents(one: EventKey, other: EventKey): number {
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
