import type { CompiledQuery, Insertable, Updateable } from 'kysely';
import type { EventTable, Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import { DATABASE_LIMITS } from '../lib/limits.ts';
import { contentColumns, newRow } from './rows.ts';
import { type Happening, type State, statesBefore } from './states.ts';
import type { NewEvent } from './stored.ts';

/** The states of those of the events that are on record. */
export async function knownStates(
  db: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<Map<string, State>> {
  const known = new Map<string, State>();
  let built: CompiledQuery | undefined;
  for (const chunk of chunksOf(eventIds, DATABASE_LIMITS.idsPerQueryMax)) {
    const parameters = [tenant, ...chunk];
    // Built once for the full chunks: for so many values, building costs more than looking up.
    if (built?.parameters.length !== parameters.length) {
      built = statesOf(db, tenant, chunk).compile();
    }
    const { rows } = await db.executeQuery<StateRow>({ ...built, parameters });
    for (const row of rows) known.set(row.event_id, row.state as State);
  }
  return known;
}

interface StateRow {
  readonly event_id: string;
  readonly state: string;
}

function statesOf(db: Statement, tenant: string, eventIds: readonly string[]) {
  return db
    .selectFrom('event')
    .select(['event_id', 'state'])
    .where('tenant', '=', tenant)
    .where('event_id', 'in', eventIds);
}

/**
 * Inserts events; one that is on record already stays as it is (its key is the share's own).
 * Building a statement of a hundred rows costs more than running it, so each is built once and
 * run again with the next rows' values.
 */
export async function insertEvents(
  trx: Statement,
  events: Iterable<NewEvent>,
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

/** Writes what an operator's `retry` made of an event; false where its state does not allow it. */
export async function requeue(
  db: Statement,
  event: NewEvent,
  options: { readonly tenant: string; readonly now: number },
): Promise<boolean> {
  return move(
    db,
    { ...contentColumns(event), updated_at: options.now },
    {
      tenant: options.tenant,
      eventId: event.eventId,
      happening: 'retry',
    },
  );
}

/** Never send it; false where its state does not allow that any more. */
export async function skipEvent(
  db: Statement,
  event: { readonly tenant: string; readonly eventId: string; readonly now: number },
): Promise<boolean> {
  const columns = { state: 'skipped', reason: 'operator', not_before: null, updated_at: event.now };
  return move(db, columns, { ...event, happening: 'skip' });
}

async function move(
  db: Statement,
  columns: Updateable<EventTable>,
  event: { readonly tenant: string; readonly eventId: string; readonly happening: Happening },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('event')
    .set(columns)
    .where('tenant', '=', event.tenant)
    .where('event_id', '=', event.eventId)
    .where('state', 'in', statesBefore(event.happening))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
