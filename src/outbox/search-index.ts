import { lockName } from '../db/locks.ts';
import type { Database, Statement } from '../db/schema.ts';
import { addToTextIndex, removeFromTextIndex } from '../db/text-index.ts';
import { inTransaction } from '../db/transaction.ts';
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
  return inTransaction(db, async (trx) => {
    await lockName(trx, 'search index');
    const queued = await trx
      .selectFrom('search_queue')
      .selectAll()
      .orderBy('id')
      .limit(SEARCH_LIMITS.eventsPerBatchMax)
      .execute();
    const batch = firstRows(queued);
    if (batch.length === 0) return false;
    for (const [tenant, rows] of Map.groupBy(batch, (row) => row.tenant)) {
      await indexEvents(trx, tenant, [...new Set(rows.flatMap(queuedIds))]);
    }
    // A row with a lower number can become visible after one with a higher number.
    const done = batch.map(({ id }) => id);
    await trx.deleteFrom('search_queue').where('id', 'in', done).execute();
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
  const indexed = rows.map((row) => {
    const match = storedMatch(row);
    const terms = termsOf({ share: storedShare(row), ...(match && { match }) });
    return { id: ids.get(row.event_id) ?? 0, terms };
  });
  await addToTextIndex(trx, indexed);
}

export async function removeFromIndex(
  trx: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<void> {
  // Another process may be indexing the same events.
  await lockName(trx, 'search index');
  const removed = await trx
    .deleteFrom('search_document')
    .where('tenant', '=', tenant)
    .where('event_id', 'in', eventIds)
    .returning('id')
    .execute();
  const ids = removed.map(({ id }) => id);
  await removeFromTextIndex(trx, ids);
}
