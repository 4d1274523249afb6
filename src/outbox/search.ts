import { sql } from 'kysely';
import { pagesByKey } from '../db/pages-by-key.ts';
import type { Statement } from '../db/schema.ts';
import { documentsWithTerms, listLength } from '../db/text-index.ts';
import { chunksOf } from '../lib/chunks.ts';
import { SEARCH_LIMITS } from './limits.ts';
import { type EventKey, loadEvents, newestFirst, textOf } from './load-events.ts';
import type { StoredEvent } from './outbox-event.ts';
import { queuedIds } from './search-index.ts';
import { termsOf } from './search-terms.ts';

/** Hashed terms: an event is found if it has all terms of at least one alternative. */
export interface SearchQuery {
  readonly anyOf: readonly (readonly string[])[];
}

export interface SearchOptions {
  readonly tenants: readonly string[];
  readonly query: SearchQuery;
  readonly limit: number;
  /** only events that come after this one in the list */
  readonly after?: EventKey;
  /** which of the found events count; by default, all */
  readonly isIncluded?: (event: StoredEvent) => boolean;
}

/** The events that the query finds, newest share first, including those that are not indexed yet. */
export async function searchEvents(db: Statement, options: SearchOptions): Promise<StoredEvent[]> {
  const { limit } = options;
  const indexed = await indexedEvents(db, options);
  const queued = await queuedEvents(db, options);
  const all = new Map([...indexed, ...queued].map((event) => [textOf(event), event]));
  return [...all.values()].toSorted(newestFirst).slice(0, limit);
}

async function indexedEvents(db: Statement, options: SearchOptions): Promise<StoredEvent[]> {
  const { limit, isIncluded = () => true } = options;
  const found: StoredEvent[] = [];
  let after = options.after;
  while (found.length < limit) {
    const keys = await documentsAfter(db, options, after);
    const events = await loadEvents(db, keys);
    found.push(...events.filter((event) => matches(event, options) && isIncluded(event)));
    after = keys.at(-1);
    if (keys.length < pageSizeOf(options)) break;
  }
  return found;
}

async function documentsAfter(
  db: Statement,
  options: SearchOptions,
  after: EventKey | undefined,
): Promise<readonly EventKey[]> {
  const { tenants, query } = options;
  if (tenants.length === 0 || query.anyOf.length === 0) return [];
  const rest =
    after === undefined
      ? sql``
      : sql`and (-document.shared_at, document.tenant, document.event_id)
          > (${-after.sharedAt}, ${after.tenant}, ${after.eventId})`;
  const { rows } = await sql<EventKey>`
    select
      document.tenant, document.event_id as "eventId", document.shared_at as "sharedAt"
    ${documentsWithTerms(db, query.anyOf)}
      and document.tenant in (${sql.join(tenants)}) ${rest}
    order by document.shared_at desc, document.tenant, document.event_id
    limit ${pageSizeOf(options)}
  `.execute(db);
  return rows;
}

function pageSizeOf({ limit }: SearchOptions): number {
  return Math.min(limit, SEARCH_LIMITS.eventsPerPage);
}

/** Events that were written since the last indexing: those with all terms of an alternative. */
async function queuedEvents(db: Statement, options: SearchOptions): Promise<StoredEvent[]> {
  const { tenants, after, isIncluded = () => true } = options;
  const isAfter = (event: StoredEvent) => after === undefined || newestFirst(event, after) > 0;
  if (tenants.length === 0) return [];
  const found: StoredEvent[] = [];
  const keys = await newestQueued(db, tenants);
  for (const chunk of chunksOf(keys, SEARCH_LIMITS.eventsPerPage)) {
    const events = await loadEvents(db, chunk);
    found.push(
      ...events.filter((event) => matches(event, options) && isAfter(event) && isIncluded(event)),
    );
  }
  return found;
}

/** How many events are not indexed yet, and are too old for `searchEvents` to read them all. */
export async function unsearchedEvents(db: Statement): Promise<number> {
  const { rows } = await sql<{ events: number }>`
    select coalesce(sum(${listLength(db, 'event_ids')}), 0) as events from search_queue
  `.execute(db);
  return Math.max(0, Number(rows[0]?.events ?? 0) - SEARCH_LIMITS.queuedEventsReadMax);
}

async function newestQueued(
  db: Statement,
  tenants: readonly string[],
): Promise<Pick<EventKey, 'tenant' | 'eventId'>[]> {
  const keys: Pick<EventKey, 'tenant' | 'eventId'>[] = [];
  const queue = db.selectFrom('search_queue').selectAll().where('tenant', 'in', tenants);
  const paging = { key: ['id'], size: SEARCH_LIMITS.eventsPerPage, order: 'desc' } as const;
  for await (const rows of pagesByKey(queue, paging)) {
    for (const row of rows) {
      for (const eventId of queuedIds(row)) keys.push({ tenant: row.tenant, eventId });
    }
    if (keys.length >= SEARCH_LIMITS.queuedEventsReadMax) break;
  }
  return keys.slice(0, SEARCH_LIMITS.queuedEventsReadMax);
}

/** Checks the event itself: it may have changed since it was indexed. */
function matches(event: StoredEvent, { query }: SearchOptions): boolean {
  const terms = termsOf(event);
  return query.anyOf.some((alternative) => alternative.every((term) => terms.has(term)));
}
