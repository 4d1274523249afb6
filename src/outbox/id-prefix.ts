import type { Statement } from '../db/schema.ts';
import { ID_STARTS } from '../share/event-id.ts';
import { toStoredEvent } from './event-rows.ts';
import { ID_LIMITS } from './limits.ts';
import type { StoredEvent } from './outbox-event.ts';

/** Sorts after every character that an id contains. */
export const LAST_CHARACTER = '\u{10ffff}';

/** All ids of Salesforce orgs begin with this, and no id of a share does. */
const ORG_PREFIX = '00D';

/**
 * The events whose id, or whose share's id (a delivery's), begins with the prefix, in the order of
 * their ids, up to the limit. Reads at most that many events of each tenant.
 */
export async function findEventsByPrefix(
  db: Statement,
  tenants: readonly string[],
  { prefix, limit }: { readonly prefix: string; readonly limit: number },
): Promise<StoredEvent[]> {
  const found = new Map<string, StoredEvent>();
  for (const tenant of tenants) {
    for (const start of ['', ...(await startsOf(db, tenant))]) {
      const query = idsFrom(db, [tenant], start + prefix).selectAll();
      const rows = await query.orderBy('event_id').limit(limit).execute();
      for (const row of rows) found.set(`${row.event_id} ${tenant}`, toStoredEvent(row));
    }
  }
  const inOrder = [...found].sort(([one], [other]) => (one < other ? -1 : 1));
  return inOrder.slice(0, limit).map(([, event]) => event);
}

/** What precedes the ids of shares: the source, and in a sandbox org also the org's id. */
async function startsOf(db: Statement, tenant: string): Promise<string[]> {
  const starts: string[] = [];
  for (const source of Object.values(ID_STARTS)) {
    starts.push(source, ...(await orgStartsOf(db, tenant, source)));
  }
  return starts;
}

/** `salesforce:00D…:`, for each org. The index leads from the first event of one to the next. */
async function orgStartsOf(db: Statement, tenant: string, source: string): Promise<string[]> {
  const starts: string[] = [];
  let after = source + ORG_PREFIX;
  while (starts.length < ID_LIMITS.orgsPerTenantMax) {
    const first = await idsFrom(db, [tenant], source + ORG_PREFIX)
      .select('event_id')
      .where('event_id', '>', after)
      .orderBy('event_id')
      .limit(1)
      .executeTakeFirst();
    if (first === undefined) break;
    const start = first.event_id.slice(0, shareIdAt(first.event_id));
    // An id of an unknown form is not followed.
    if (start === source) break;
    starts.push(start);
    after = start + LAST_CHARACTER;
  }
  return starts;
}

/** Where the id of the share begins. */
function shareIdAt(eventId: string): number {
  return eventId.lastIndexOf(':') + 1;
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
  // All ids of a source, or of a sandbox org, begin alike.
  const start = shareIdAt(eventId);
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
