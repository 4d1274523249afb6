import { sql } from 'kysely';
import type { Database, Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import { storedMatch, storedShare } from './event-rows.ts';
import { SEARCH_LIMITS } from './limits.ts';
import { termsOf } from './search-terms.ts';

/**
 * Notes that the content of these events was written. Indexing them at once would halve the speed of
 * a first sync, so it happens after the run.
 */
export async function queueForSearch(
  trx: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<void> {
  for (const chunk of chunksOf(eventIds, SEARCH_LIMITS.eventsPerBatchMax)) {
    const event_ids = JSON.stringify(chunk);
    await trx.insertInto('search_queue').values({ tenant, event_ids }).execute();
  }
}

/** The IDs in a row of the queue. */
export function queuedIds({ event_ids }: { readonly event_ids: string }): string[] {
  return JSON.parse(event_ids) as string[];
}

/**
 * Indexes the next events of the queue, in one transaction; an event that no longer exists leaves the
 * index. Returns false once the queue is empty.
 */
export async function indexNextEvents(db: Database): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const queued = await trx
      .selectFrom('search_queue')
      .selectAll()
      .orderBy('id')
      .limit(SEARCH_LIMITS.eventsPerBatchMax)
      .execute();
    const batch = firstRows(queued);
    const last = batch.at(-1);
    if (last === undefined) return false;
    for (const [tenant, rows] of Map.groupBy(batch, (row) => row.tenant)) {
      await indexEvents(trx, tenant, [...new Set(rows.flatMap(queuedIds))]);
    }
    await trx.deleteFrom('search_queue').where('id', '<=', last.id).execute();
    return true;
  });
}

/** The first rows, until they name a batch of events. */
function firstRows<Row extends { readonly event_ids: string }>(rows: readonly Row[]): Row[] {
  const batch: Row[] = [];
  let events = 0;
  for (const row of rows) {
    if (events >= SEARCH_LIMITS.eventsPerBatchMax) break;
    batch.push(row);
    events += queuedIds(row).length;
  }
  return batch;
}

async function indexEvents(
  trx: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<void> {
  await removeFromIndex(trx, tenant, eventIds);
  const rows = await trx
    .selectFrom('event')
    .select(['tenant', 'event_id', 'shared_at', 'share', 'match'])
    .where('tenant', '=', tenant)
    .where('event_id', 'in', eventIds)
    .execute();
  if (rows.length === 0) return;
  const documents = await trx
    .insertInto('search_document')
    .values(rows.map(({ event_id, shared_at }) => ({ tenant, event_id, shared_at })))
    .returning(['id', 'event_id'])
    .execute();
  const ids = new Map(documents.map(({ id, event_id }) => [event_id, id]));
  const values = rows.map((row) => {
    const match = storedMatch(row);
    const terms = termsOf({ share: storedShare(row), ...(match && { match }) });
    return sql`(${ids.get(row.event_id)}, ${[...terms].join(' ')})`;
  });
  await sql`insert into search_index (rowid, terms) values ${sql.join(values)}`.execute(trx);
}

export async function removeFromIndex(
  trx: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<void> {
  const removed = await trx
    .deleteFrom('search_document')
    .where('tenant', '=', tenant)
    .where('event_id', 'in', eventIds)
    .returning('id')
    .execute();
  // One by one, because that is how the full-text index deletes.
  for (const { id } of removed) {
    await sql`delete from search_index where rowid = ${id}`.execute(trx);
  }
}

/**
 * Removes the terms of deleted events from the index's data. Deleting an event only marks its terms,
 * and someone who knows an address could find its mark. Rewrites the index, like `vacuum` the file.
 */
export async function purgeSearchIndex(db: Database): Promise<void> {
  await sql`insert into search_index (search_index) values ('optimize')`.execute(db);
}
