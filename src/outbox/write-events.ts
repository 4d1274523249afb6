import { setImmediate } from 'node:timers/promises';
import type { CompiledQuery, Insertable, Updateable } from 'kysely';
import { DATABASE_LIMITS } from '../db/limits.ts';
import type { EventTable, Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import type { SkipReason } from '../share/policy.ts';
import { contentColumns, toEventRow } from './event-rows.ts';
import type { NewEvent } from './outbox-event.ts';
import { queueForSearch } from './search-index.ts';
import { type State, type StateEvent, statesAllowing } from './states.ts';

/**
 * Inserts events. An event that is already on record stays unchanged, because its key is the
 * share's own. Compiling an insert of a hundred rows costs more than running it, so it is compiled
 * once and reused with the values of the next rows.
 */
export async function insertEvents(
  trx: Statement,
  events: Iterable<NewEvent>,
  options: { readonly tenant: string; readonly priority: number; readonly now: number },
): Promise<void> {
  let query: CompiledQuery | undefined;
  const eventIds: string[] = [];
  for (const chunk of chunksOf(events, DATABASE_LIMITS.rowsPerInsertMax)) {
    const rows = chunk.map((event) => toEventRow(event, options));
    const parameters = rows.flatMap((row) => Object.values(row));
    if (query?.parameters.length !== parameters.length) query = insertQuery(trx, rows).compile();
    await trx.executeQuery({ ...query, parameters });
    for (const { eventId } of chunk) eventIds.push(eventId);
    // SQLite runs in this thread. Without this pause, a page would delay the network: the next
    // page's lookup, and the paced calls of other runs.
    await setImmediate();
  }
  await queueForSearch(trx, options.tenant, eventIds);
}

function insertQuery(trx: Statement, rows: readonly Insertable<EventTable>[]) {
  return trx
    .insertInto('event')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['tenant', 'event_id']).doNothing());
}

/**
 * The reasons for which a skipped event is decided again when its share is read again: the start
 * was moved, the link has appeared, or the tenant is bound to the share's account again. All other
 * decisions are final.
 */
export const REOPENED_IF_READ_AGAIN: readonly string[] = ['before-start', 'no-url', 'rebound'];

/**
 * What can become of an event that the local check rejected, if its share is read again: it is
 * queued if its body is valid now, or held like a new one.
 */
export const STATES_AFTER_REPAIR: readonly State[] = ['pending', 'held'];

/**
 * Writes a new decision about an event, unless the event has changed its state in the meantime. What
 * Gong rejected is final. What only the local check rejected was never sent: it has no attempt.
 */
export async function updateReconsidered(
  trx: Statement,
  event: NewEvent,
  options: { readonly tenant: string; readonly priority: number; readonly now: number },
): Promise<void> {
  const { priority, now } = options;
  await trx
    .updateTable('event')
    .set((set) => ({
      ...contentColumns(event),
      // An event that a backfill queues again is sent after the events that a sync has queued.
      priority: set
        .case()
        .when(set.and([set('state', '!=', 'held'), set('priority', '<', priority)]))
        .then(priority)
        .else(set.ref('priority'))
        .end(),
      updated_at: now,
      erased_at: null,
    }))
    .where('tenant', '=', options.tenant)
    .where('event_id', '=', event.eventId)
    .where((where) =>
      where.or([
        where('state', '=', 'held'),
        where.and([where('state', '=', 'skipped'), where('reason', 'in', REOPENED_IF_READ_AGAIN)]),
        ...(STATES_AFTER_REPAIR.includes(event.state)
          ? [where.and([where('state', '=', 'rejected'), where('attempts', '=', 0)])]
          : []),
      ]),
    )
    .execute();
  await queueForSearch(trx, options.tenant, [event.eventId]);
}

/** Writes an event that an operator's `retry` rebuilt; false if its state does not allow it. */
export async function requeueEvent(
  db: Statement,
  event: NewEvent,
  options: { readonly tenant: string; readonly now: number },
): Promise<boolean> {
  // First, because these are two transactions: indexing an unchanged event does no harm.
  await queueForSearch(db, options.tenant, [event.eventId]);
  return applyStateEvent(
    db,
    { ...contentColumns(event), updated_at: options.now, erased_at: null },
    {
      tenant: options.tenant,
      eventId: event.eventId,
      stateEvent: 'retry',
    },
  );
}

/** Ensures that the event is never sent; false if its state no longer allows that. */
export async function skipEvent(
  db: Statement,
  event: { readonly tenant: string; readonly eventId: string; readonly now: number },
): Promise<boolean> {
  const columns = { state: 'skipped', reason: 'operator', not_before: null, updated_at: event.now };
  return applyStateEvent(db, columns, { ...event, stateEvent: 'skip' });
}

const FORGOTTEN: SkipReason = 'forgotten';

async function applyStateEvent(
  db: Statement,
  columns: Updateable<EventTable>,
  event: { readonly tenant: string; readonly eventId: string; readonly stateEvent: StateEvent },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('event')
    .set(columns)
    // The caller may have read it before its people were forgotten.
    .where((where) => where.or([where('reason', 'is', null), where('reason', '!=', FORGOTTEN)]))
    .where('tenant', '=', event.tenant)
    .where('event_id', '=', event.eventId)
    .where('state', 'in', statesAllowing(event.stateEvent))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
