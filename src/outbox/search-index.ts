import { sql } from 'kysely';
import { DATABASE_LIMITS } from '../db/limits.ts';
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
  for (const chunk of chunksOf(eventIds, DATABASE_LIMITS.rowsPerInsertMax)) {
    const rows = chunk.map((event_id) => ({ tenant, event_id }));
    await trx.insertInto('search_queue').values(rows).execute();
  }
}

/**
 * Indexes the next events of the queue, in one transaction; an event that no longer exists leaves the
 * index. Returns the number of queue entries that were handled; fewer than `eventsPerBatchMax` means
 * that the queue is empty.
 */
export async function indexNextEvents(db: Database): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const queued = await trx
      .selectFrom('search_queue')
      .selectAll()
      .orderBy('id')
      .limit(SEARCH_LIMITS.eventsPerBatchMax)
      .execute();
    const last = queued.at(-1);
    if (last === undefined) return 0;
    for (const [tenant, keys] of Map.groupBy(queued, (key) => key.tenant)) {
      await indexEvents(trx, tenant, [...new Set(keys.map(({ event_id }) => event_id))]);
    }
    await trx.deleteFrom('search_queue').where('id', '<=', last.id).execute();
    return queued.length;
  });
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
