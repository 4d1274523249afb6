import { setImmediate } from 'node:timers/promises';
import type { CompiledQuery, Insertable, Updateable } from 'kysely';
import { DATABASE_LIMITS } from '../db/limits.ts';
import type { EventTable, Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import { RetryableError } from '../lib/errors.ts';
import type { Share } from '../share/share.ts';
import type { NewEvent } from './event-types.ts';
import { contentColumns, newRow, storedShare } from './rows.ts';
import { type State, type StateEvent, statesBefore } from './states.ts';

/** How those of the events stand that are on record. */
export async function knownEvents(
  db: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<Map<string, KnownEvent>> {
  const known = new Map<string, KnownEvent>();
  let built: CompiledQuery | undefined;
  for (const chunk of chunksOf(eventIds, DATABASE_LIMITS.idsPerQueryMax)) {
    const parameters = [tenant, ...chunk];
    // Built once for the full chunks: for so many values, building costs more than looking up.
    if (built?.parameters.length !== parameters.length) {
      built = statesOf(db, tenant, chunk).compile();
    }
    const { rows } = await db.executeQuery<StateRow>({ ...built, parameters });
    for (const { event_id, state, reason, priority } of rows) {
      known.set(event_id, { state: state as State, reason, priority });
    }
  }
  return known;
}

export interface KnownEvent {
  readonly state: State;
  readonly reason: string | null;
  readonly priority: number;
}

interface StateRow {
  readonly event_id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly priority: number;
}

function statesOf(db: Statement, tenant: string, eventIds: readonly string[]) {
  return db
    .selectFrom('event')
    .select(['event_id', 'state', 'reason', 'priority'])
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
    // SQLite works in this thread: without a pause, a page would keep the network waiting, the
    // look-up of the next page as well as the calls that others pace.
    await setImmediate();
  }
}

function insertOf(trx: Statement, rows: readonly Insertable<EventTable>[]) {
  return trx
    .insertInto('event')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['tenant', 'event_id']).doNothing());
}

/**
 * Why a skipped event may be judged again when its share is read again: the start was moved, or
 * the link has appeared. Whatever else was decided stays decided.
 */
const PASSING_REASONS = ['before-start', 'no-url'] as const;

/** Writes what became of an event that was judged again; one that moved meanwhile stays as it is. */
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
      // What was passed over and a backfill asks for enters the queue behind what a sync has queued.
      priority: set
        .case()
        .when(set.and([set('state', '=', 'skipped'), set('priority', '<', priority)]))
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
        where.and([where('state', '=', 'skipped'), where('reason', 'in', PASSING_REASONS)]),
      ]),
    )
    .execute();
}

const AWAITING = { state: 'held', reason: 'audit-log' } as const;

/** By eventId, the shares of those of the events that wait for the audit log. */
export async function awaitingShares(
  db: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<Map<string, Share>> {
  const shares = new Map<string, Share>();
  for (const chunk of chunksOf(eventIds, DATABASE_LIMITS.idsPerQueryMax)) {
    const rows = await db
      .selectFrom('event')
      .select(['event_id', 'share'])
      .where('tenant', '=', tenant)
      .where('event_id', 'in', chunk)
      .where('state', '=', AWAITING.state)
      .where('reason', '=', AWAITING.reason)
      .execute();
    for (const row of rows) shares.set(row.event_id, storedShare(row));
  }
  return shares;
}

/**
 * Removes events that wait for the audit log: others stand in their place. Throws RetryableError
 * where one does not wait any more, an operator's doing, say: it would be reported twice.
 */
export async function removeAwaiting(
  trx: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<void> {
  for (const chunk of chunksOf(eventIds, DATABASE_LIMITS.idsPerQueryMax)) {
    const { numDeletedRows } = await trx
      .deleteFrom('event')
      .where('tenant', '=', tenant)
      .where('event_id', 'in', chunk)
      .where('state', '=', AWAITING.state)
      .where('reason', '=', AWAITING.reason)
      .executeTakeFirst();
    if (numDeletedRows === BigInt(chunk.length)) continue;
    throw new RetryableError('a share that waited for the audit log was moved meanwhile');
  }
}

/** Writes what an operator's `retry` made of an event; false where its state does not allow it. */
export async function requeue(
  db: Statement,
  event: NewEvent,
  options: { readonly tenant: string; readonly now: number },
): Promise<boolean> {
  return move(
    db,
    { ...contentColumns(event), updated_at: options.now, erased_at: null },
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
  event: { readonly tenant: string; readonly eventId: string; readonly happening: StateEvent },
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
