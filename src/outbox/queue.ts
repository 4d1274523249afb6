import { type Selectable, sql } from 'kysely';
import { compileOnce } from '../db/compile-once.ts';
import { guardLease, type LeaseKey } from '../db/leases.ts';
import type { AttemptTable, Database, EventTable, Statement } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import { LeaseLost } from '../lib/errors.ts';
import { nextState, type State, type StateEvent } from './states.ts';

/** A pending event to send. */
export interface QueuedEvent {
  readonly eventId: string;
  readonly priority: number;
}

export interface Claim {
  readonly tenant: string;
  readonly alreadyClaimed: readonly string[];
  readonly limit: number;
  readonly runStartedAt: number;
  /** excludes events with a higher value */
  readonly priorityMax: number;
  /** `from the end`: the last events to send come first */
  readonly order?: 'from the start' | 'from the end';
}

/** Only what something in front of Gong sends is recorded with this status. */
const BLOCKED_STATUS = 403;

/**
 * The next events to send: fresh before backfilled, older before newer. Those that were blocked in
 * front of Gong come last, so that they never keep the others waiting. The tenant's lease excludes
 * every other process, so a claim needs no mark in the row. This process excludes by id the events
 * that it has already claimed.
 */
export async function claimPending(db: Statement, claim: Claim): Promise<QueuedEvent[]> {
  const events = await claimThose(db, claim, 'not blocked');
  const limit = claim.limit - events.length;
  return limit === 0
    ? events
    : [...events, ...(await claimThose(db, { ...claim, limit }, 'blocked'))];
}

async function claimThose(
  db: Statement,
  claim: Claim,
  which: 'blocked' | 'not blocked',
): Promise<QueuedEvent[]> {
  const direction = claim.order === 'from the end' ? 'desc' : 'asc';
  const rows = await db
    .selectFrom('event')
    .select(['event_id', 'priority'])
    .where('tenant', '=', claim.tenant)
    .where('state', '=', 'pending')
    .where('priority', '<=', claim.priorityMax)
    .where((where) =>
      where.or([where('not_before', 'is', null), where('not_before', '<=', claim.runStartedAt)]),
    )
    .where(
      'last_status',
      which === 'blocked' ? 'is not distinct from' : 'is distinct from',
      BLOCKED_STATUS,
    )
    .$if(claim.alreadyClaimed.length > 0, (query) =>
      query.where('event_id', 'not in', claim.alreadyClaimed),
    )
    .orderBy('priority', direction)
    .orderBy('shared_at', direction)
    .orderBy('event_id', direction)
    .limit(claim.limit)
    .execute();
  return rows.map(({ event_id, priority }) => ({ eventId: event_id, priority }));
}

type EventKey = { readonly tenant: string; readonly eventId: string };

const selectPending = compileOnce<
  EventKey & { readonly lease: string },
  { readonly body: string | null; readonly holder: string | null }
>((db, value) =>
  db
    .selectFrom('event')
    .select((select) => [
      'body',
      select.selectFrom('lease').select('holder').where('name', '=', value('lease')).as('holder'),
    ])
    .where('tenant', '=', value('tenant'))
    .where('event_id', '=', value('eventId'))
    .where('state', '=', 'pending'),
);

/**
 * The body to send, byte for byte as it was stored. Undefined if the event's state has changed since
 * it was claimed: for example, it was skipped. Throws LeaseLost: another run may send the event.
 */
export async function pendingBody(
  db: Statement,
  lease: LeaseKey,
  event: EventKey,
): Promise<string | undefined> {
  const { rows } = await selectPending(db, { ...event, lease: lease.name });
  const [row] = rows;
  if (row && row.holder !== lease.holder) throw new LeaseLost(lease.name);
  return row && (row.body ?? '');
}

/** Gong's response to one request. Without a `stateEvent`, the event stays pending. */
export interface Settlement {
  readonly tenant: string;
  readonly eventId: string;
  readonly at: number;
  /** the kind of response, stored with the attempt */
  readonly outcome: string;
  readonly stateEvent?: Extract<StateEvent, 'accept' | 'conflict' | 'reject'>;
  readonly status?: number;
  readonly requestId?: string;
  readonly integrationId?: string;
  readonly errors: readonly string[];
}

type StoredState = Pick<Selectable<EventTable>, 'state' | 'reason' | 'attempts'>;

const selectState = compileOnce<EventKey, StoredState>((db, value) =>
  db
    .selectFrom('event')
    .select(['state', 'reason', 'attempts'])
    .where('tenant', '=', value('tenant'))
    .where('event_id', '=', value('eventId'))
    // An operator can change the state at the same time.
    .forUpdate(),
);

const insertAttempt = compileOnce<AttemptTable>((db, value) =>
  db.insertInto('attempt').values({
    tenant: value('tenant'),
    event_id: value('event_id'),
    number: value('number'),
    at: value('at'),
    outcome: value('outcome'),
    status: value('status'),
    request_id: value('request_id'),
    errors: value('errors'),
  }),
);

const updateEvent = compileOnce<ResponseColumns & EventKey>((db, value) =>
  db
    .updateTable('event')
    .set((set) => ({
      state: value('state'),
      reason: value('reason'),
      attempts: value('attempts'),
      last_status: value('last_status'),
      request_id: value('request_id'),
      integration_id: set.fn.coalesce(set.val(value('integration_id')), 'integration_id'),
      errors: value('errors'),
      updated_at: value('updated_at'),
    }))
    .where('tenant', '=', value('tenant'))
    .where('event_id', '=', value('eventId')),
);

/**
 * Records an attempt for each response and updates the events' states, in one transaction: either all
 * of them are on record, or none is. Throws LeaseLost.
 */
export async function settle(
  db: Database,
  lease: LeaseKey,
  settlements: readonly Settlement[],
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    for (const settlement of settlements) await settleOne(trx, settlement);
  });
}

async function settleOne(trx: Statement, settlement: Settlement): Promise<void> {
  const { tenant, eventId } = settlement;
  const { rows } = await selectState(trx, { tenant, eventId });
  const [event] = rows;
  if (event === undefined) throw new Error(`no result: the event ${eventId} is not on record`);
  const number = event.attempts + 1;
  await insertAttempt(trx, attemptRow(settlement, number));
  const columns = responseColumns(settlement, event);
  await updateEvent(trx, { tenant, eventId, ...columns, attempts: number });
}

/** Defers an event that has used up its attempts to a run that starts later. Throws LeaseLost. */
export async function deferToNextRun(
  db: Database,
  lease: LeaseKey,
  event: { readonly tenant: string; readonly eventId: string; readonly at: number },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    await trx
      .updateTable('event')
      .set({ not_before: event.at })
      .where('tenant', '=', event.tenant)
      .where('event_id', '=', event.eventId)
      .where('state', '=', 'pending')
      .execute();
  });
}

/**
 * Call it before a run claims events: no earlier run can have deferred one until after its start,
 * unless that run's clock was ahead. Throws LeaseLost.
 */
export async function releaseDeferred(
  db: Database,
  lease: LeaseKey,
  { tenant, runStartedAt }: { readonly tenant: string; readonly runStartedAt: number },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    await trx
      .updateTable('event')
      .set({ not_before: null })
      .where('tenant', '=', tenant)
      // Not a parameter, or SQLite does not use the index of deferred events and reads all.
      .where('state', '=', sql.lit('pending'))
      .where('not_before', '>', runStartedAt)
      .execute();
  });
}

function attemptRow(settlement: Settlement, number: number): AttemptTable {
  return {
    tenant: settlement.tenant,
    event_id: settlement.eventId,
    number,
    at: settlement.at,
    outcome: settlement.outcome,
    status: settlement.status ?? null,
    request_id: settlement.requestId ?? null,
    errors: JSON.stringify(settlement.errors),
  };
}

type ResponseColumns = Pick<
  Selectable<EventTable>,
  | 'state'
  | 'reason'
  | 'attempts'
  | 'last_status'
  | 'request_id'
  | 'integration_id'
  | 'errors'
  | 'updated_at'
>;

function responseColumns(
  { stateEvent, errors, at, status, requestId, integrationId }: Settlement,
  before: StoredState,
): Omit<ResponseColumns, 'attempts'> {
  const next = stateEvent && nextState(before.state as State, stateEvent);
  return {
    state: next ?? before.state,
    // An operator skipped it while its request was in flight, and Gong has it all the same.
    reason: before.state === 'skipped' && next !== undefined ? null : before.reason,
    last_status: status ?? null,
    request_id: requestId ?? null,
    // An earlier one is kept.
    integration_id: integrationId || null,
    errors: errors.length > 0 ? JSON.stringify(errors) : null,
    updated_at: at,
  };
}
