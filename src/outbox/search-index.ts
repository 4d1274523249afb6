import { sql } from 'kysely';
import { DATABASE_LIMITS } from '../db/limits.ts';
import type { Database, Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import { SEARCH_LIMITS } from './limits.ts';
import { storedMatch, storedShare } from './rows.ts';
import { termsOf } from './search-terms.ts';

interface EventKey {
  readonly tenant: string;
  readonly event_id: string;
}

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
    const keys = new Map(queued.map((key) => [JSON.stringify([key.tenant, key.event_id]), key]));
    for (const key of keys.values()) await indexEvent(trx, key);
    await trx.deleteFrom('search_queue').where('id', '<=', last.id).execute();
    return queued.length;
  });
}

async function indexEvent(trx: Statement, { tenant, event_id }: EventKey): Promise<void> {
  const row = await trx
    .selectFrom('event')
    .select(['event_id', 'share', 'match', 'shared_at'])
    .where('tenant', '=', tenant)
    .where('event_id', '=', event_id)
    .executeTakeFirst();
  await removeFromIndex(trx, { tenant, event_id });
  if (row === undefined) return;
  const { id } = await trx
    .insertInto('search_document')
    .values({ tenant, event_id, shared_at: row.shared_at })
    .returning('id')
    .executeTakeFirstOrThrow();
  const match = storedMatch(row);
  const terms = termsOf({ share: storedShare(row), ...(match && { match }) });
  await sql`
    insert into search_index (rowid, terms) values (${id}, ${[...terms].join(' ')})
  `.execute(trx);
}

export async function removeFromIndex(trx: Statement, key: EventKey): Promise<void> {
  const removed = await trx
    .deleteFrom('search_document')
    .where('tenant', '=', key.tenant)
    .where('event_id', '=', key.event_id)
    .returning('id')
    .executeTakeFirst();
  if (removed === undefined) return;
  await sql`delete from search_index where rowid = ${removed.id}`.execute(trx);
}
