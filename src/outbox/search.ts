import { sql } from 'kysely';
import { DATABASE_LIMITS } from '../db/limits.ts';
import type { Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import { toStoredEvent } from './event-rows.ts';
import { SEARCH_LIMITS } from './limits.ts';
import type { StoredEvent } from './outbox-event.ts';
import { termsOf } from './search-terms.ts';

/** Hashed terms: an event is found if it has all terms of at least one alternative. */
export interface SearchQuery {
  readonly anyOf: readonly (readonly string[])[];
}

export interface SearchOptions {
  readonly tenants: readonly string[];
  readonly query: SearchQuery;
  readonly limit: number;
  /** which of the found events count; by default, all */
  readonly isIncluded?: (event: StoredEvent) => boolean;
}

/** The events that the query finds, newest share first, including those that are not indexed yet. */
export async function searchEvents(db: Statement, options: SearchOptions): Promise<StoredEvent[]> {
  const { limit } = options;
  const indexed = await indexedEvents(db, options);
  const queued = await queuedEvents(db, options);
  const all = new Map([...indexed, ...queued].map((event) => [keyOf(event), event]));
  return [...all.values()].toSorted(newestFirst).slice(0, limit);
}

async function indexedEvents(db: Statement, options: SearchOptions): Promise<StoredEvent[]> {
  const { limit, isIncluded = () => true } = options;
  const found: StoredEvent[] = [];
  let after: DocumentRow | undefined;
  while (found.length < limit) {
    const rows = await documentsAfter(db, options, after);
    const events = await eventsOf(db, rows);
    found.push(...events.filter((event) => matches(event, options) && isIncluded(event)));
    after = rows.at(-1);
    if (rows.length < SEARCH_LIMITS.eventsPerPage) break;
  }
  return found;
}

interface DocumentRow {
  readonly tenant: string;
  readonly event_id: string;
  readonly shared_at: number;
}

/** The index finds the documents first: in the order of time, SQLite would read all events. */
async function documentsAfter(
  db: Statement,
  { tenants, query }: SearchOptions,
  after: DocumentRow | undefined,
): Promise<readonly DocumentRow[]> {
  if (tenants.length === 0 || query.anyOf.length === 0) return [];
  const rest =
    after === undefined
      ? sql``
      : sql`and (-document.shared_at, document.tenant, document.event_id)
          > (${-after.shared_at}, ${after.tenant}, ${after.event_id})`;
  const { rows } = await sql<DocumentRow>`
    select document.tenant, document.event_id, document.shared_at
    from search_index cross join search_document as document on document.id = search_index.rowid
    where search_index match ${formatQuery(query)}
      and document.tenant in (${sql.join(tenants)}) ${rest}
    order by document.shared_at desc, document.tenant, document.event_id
    limit ${SEARCH_LIMITS.eventsPerPage}
  `.execute(db);
  return rows;
}

/** FTS5's syntax: `("a" AND "b") OR ("c")`. The terms are hexadecimal, so they need no escaping. */
function formatQuery({ anyOf }: SearchQuery): string {
  const alternatives = anyOf.map((terms) => terms.map((term) => `"${term}"`).join(' AND '));
  return alternatives.map((terms) => `(${terms})`).join(' OR ');
}

/** Events that were written since the last indexing: those with all terms of an alternative. */
async function queuedEvents(db: Statement, options: SearchOptions): Promise<StoredEvent[]> {
  const { tenants, isIncluded = () => true } = options;
  if (tenants.length === 0) return [];
  const rows = await db
    .selectFrom('search_queue')
    .select(['tenant', 'event_id'])
    .where('tenant', 'in', tenants)
    .orderBy('id', 'desc')
    .limit(SEARCH_LIMITS.queuedEventsReadMax)
    .execute();
  const found: StoredEvent[] = [];
  for (const chunk of chunksOf(rows, SEARCH_LIMITS.eventsPerPage)) {
    const events = await eventsOf(db, chunk);
    found.push(...events.filter((event) => matches(event, options) && isIncluded(event)));
  }
  return found;
}

async function eventsOf(
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
        events.set(keyOf(event), event);
      }
    }
  }
  return keys.flatMap(
    ({ tenant, event_id }) => events.get(keyOf({ tenant, eventId: event_id })) ?? [],
  );
}

/** Checks the event itself: it may have changed since it was indexed. */
function matches(event: StoredEvent, { query }: SearchOptions): boolean {
  const terms = termsOf(event);
  return query.anyOf.some((alternative) => alternative.every((term) => terms.has(term)));
}

function keyOf({ tenant, eventId }: Pick<StoredEvent, 'tenant' | 'eventId'>): string {
  return JSON.stringify([tenant, eventId]);
}

function newestFirst(one: StoredEvent, other: StoredEvent): number {
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
