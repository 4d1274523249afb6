import type { Statement } from '../db/schema.ts';
import { toStoredEvent } from './event-rows.ts';
import { ID_LIMITS } from './limits.ts';
import type { StoredEvent } from './outbox-event.ts';

/** Sorts after every character that an id contains. */
const LAST_CHARACTER = '\u{10ffff}';

/** The events whose id begins with the prefix, in the order of their ids, up to the limit. */
export async function findEventsByPrefix(
  db: Statement,
  tenants: readonly string[],
  find: { readonly prefix: string; readonly limit: number },
): Promise<StoredEvent[]> {
  const rows = await idsFrom(db, tenants, find.prefix)
    .selectAll()
    .orderBy('event_id')
    .orderBy('tenant')
    .limit(find.limit)
    .execute();
  return rows.map(toStoredEvent);
}

/**
 * For each id, a prefix that no other id of these tenants has. It has some more characters than it
 * needs, so that it stays unique while events are added.
 */
export async function shortIds(
  db: Statement,
  tenants: readonly string[],
  eventIds: readonly string[],
): Promise<Map<string, string>> {
  const short = new Map<string, string>();
  for (const eventId of new Set(eventIds)) short.set(eventId, await shortId(db, tenants, eventId));
  return short;
}

async function shortId(
  db: Statement,
  tenants: readonly string[],
  eventId: string,
): Promise<string> {
  // All ids of a source begin alike: `drive:`, `salesforce:`.
  const start = eventId.indexOf(':') + 1;
  for (const length of ID_LIMITS.shortCharacters) {
    const prefix = eventId.slice(0, start + length);
    if (await isUnique(db, tenants, prefix)) return prefix;
  }
  return eventId;
}

/** The same id in two tenants is one id: no prefix distinguishes them. */
async function isUnique(
  db: Statement,
  tenants: readonly string[],
  prefix: string,
): Promise<boolean> {
  const rows = await idsFrom(db, tenants, prefix).select('event_id').distinct().limit(2).execute();
  return rows.length === 1;
}

/** As a range, which the index on the key serves. */
function idsFrom(db: Statement, tenants: readonly string[], prefix: string) {
  return db
    .selectFrom('event')
    .where('tenant', 'in', tenants)
    .where('event_id', '>=', prefix)
    .where('event_id', '<', prefix + LAST_CHARACTER);
}
