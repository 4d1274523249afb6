import type { CompiledQuery, Insertable } from 'kysely';
import type { EventTable, Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import { DATABASE_LIMITS } from '../lib/limits.ts';
import { contentColumns, newRow, storedEvent } from './rows.ts';
import type { State } from './states.ts';
import type { NewEvent, StoredEvent } from './stored.ts';

/** The states of those of the events that are on record. */
export async function knownStates(
  db: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<Map<string, State>> {
  const known = new Map<string, State>();
  for (const chunk of chunksOf(eventIds, DATABASE_LIMITS.idsPerQueryMax)) {
    const rows = await db
      .selectFrom('event')
      .select(['event_id', 'state'])
      .where('tenant', '=', tenant)
      .where('event_id', 'in', chunk)
      .execute();
    for (const row of rows) known.set(row.event_id, row.state as State);
  }
  return known;
}

/**
 * Inserts events; one that is on record already stays as it is (its key is the share's own).
 * Building a statement of a hundred rows costs more than running it, so each is built once and
 * run again with the next rows' values.
 */
export async function insertEvents(
  trx: Statement,
  events: readonly NewEvent[],
  options: { readonly tenant: string; readonly priority: number; readonly now: number },
): Promise<void> {
  let built: CompiledQuery | undefined;
  for (const chunk of chunksOf(events, DATABASE_LIMITS.rowsPerInsertMax)) {
    const rows = chunk.map((event) => newRow(event, options));
    const parameters = rows.flatMap((row) => Object.values(row));
    if (built?.parameters.length !== parameters.length) built = insertOf(trx, rows).compile();
    await trx.executeQuery({ ...built, parameters });
  }
}

function insertOf(trx: Statement, rows: readonly Insertable<EventTable>[]) {
  return trx
    .insertInto('event')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['tenant', 'event_id']).doNothing());
}

/** Writes what became of a held event; one that is not held any more stays as it is. */
export async function updateHeld(
  trx: Statement,
  event: NewEvent,
  options: { readonly tenant: string; readonly now: number },
): Promise<void> {
  await trx
    .updateTable('event')
    .set({ ...contentColumns(event), updated_at: options.now })
    .where('tenant', '=', options.tenant)
    .where('event_id', '=', event.eventId)
    .where('state', '=', 'held')
    .execute();
}

/** A page of held events, in the order of their ids, after the given one. */
export async function heldEvents(
  db: Statement,
  page: { readonly tenant: string; readonly after: string; readonly limit: number },
): Promise<StoredEvent[]> {
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .where('tenant', '=', page.tenant)
    .where('state', '=', 'held')
    .where('event_id', '>', page.after)
    .orderBy('event_id')
    .limit(page.limit)
    .execute();
  return rows.map(storedEvent);
}
