import type { Selectable } from 'kysely';
import { guardLease, type LeaseKey } from '../db/leases.ts';
import type { Database, EventTable, Statement } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import { nextState, type State, type StateEvent } from './states.ts';

/** A pending event to send. The body is sent byte for byte as it was stored. */
export interface QueuedEvent {
  readonly eventId: string;
  readonly priority: number;
  readonly body: string;
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
    .select(['event_id', 'priority', 'body'])
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
  return rows.map(({ event_id, priority, body }) => ({
    eventId: event_id,
    priority,
    body: body ?? '',
  }));
}

/** False if the event's state has changed since it was claimed: for example, it was skipped. */
export async function isPending(
  db: Statement,
  event: { readonly tenant: string; readonly eventId: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('event')
    .select('state')
    .where('tenant', '=', event.tenant)
    .where('event_id', '=', event.eventId)
    .executeTakeFirst();
  return row?.state === 'pending';
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

/** Records an attempt and updates the event's state, in one transaction. Throws LeaseLost. */
export async function settle(db: Database, lease: LeaseKey, settlement: Settlement): Promise<void> {
  const { tenant, eventId } = settlement;
  await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    const event = await trx
      .selectFrom('event')
      .select(['state', 'attempts'])
      .where('tenant', '=', tenant)
      .where('event_id', '=', eventId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const number = event.attempts + 1;
    await trx.insertInto('attempt').values(attemptRow(settlement, number)).execute();
    await trx
      .updateTable('event')
      .set({ ...responseColumns(settlement, event.state as State), attempts: number })
      .where('tenant', '=', tenant)
      .where('event_id', '=', eventId)
      .execute();
  });
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
      .where('state', '=', 'pending')
      .where('not_before', '>', runStartedAt)
      .execute();
  });
}

function attemptRow(settlement: Settlement, number: number) {
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

function responseColumns(settlement: Settlement, state: State): Partial<Selectable<EventTable>> {
  const next = settlement.stateEvent && nextState(state, settlement.stateEvent);
  return {
    ...(next && { state: next }),
    last_status: settlement.status ?? null,
    request_id: settlement.requestId ?? null,
    ...(settlement.integrationId && { integration_id: settlement.integrationId }),
    errors: settlement.errors.length > 0 ? JSON.stringify(settlement.errors) : null,
    updated_at: settlement.at,
  };
}
