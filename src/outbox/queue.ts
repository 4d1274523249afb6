import type { Selectable } from 'kysely';
import { guardLease, type LeaseKey } from '../db/leases.ts';
import type { Database, EventTable, Statement } from '../db/schema.ts';
import { nextState, type State, type StateEvent } from './states.ts';

/** A pending event as the sender needs it: the body goes out byte for byte as it was stored. */
export interface QueuedEvent {
  readonly eventId: string;
  readonly priority: number;
  readonly body: string;
}

/**
 * The next events to send: fresh ones before backfilled ones, older before newer. A tenant's
 * lease keeps every other process away, so claiming needs no mark in the row; what this process
 * has in hand is left out by id.
 */
export async function claimPending(
  db: Statement,
  claim: {
    readonly tenant: string;
    readonly inHand: readonly string[];
    readonly limit: number;
    readonly runStartedAt: number;
    /** what comes after it is left out */
    readonly priorityMax: number;
  },
): Promise<QueuedEvent[]> {
  const rows = await db
    .selectFrom('event')
    .select(['event_id', 'priority', 'body'])
    .where('tenant', '=', claim.tenant)
    .where('state', '=', 'pending')
    .where('priority', '<=', claim.priorityMax)
    .where((where) =>
      where.or([where('not_before', 'is', null), where('not_before', '<=', claim.runStartedAt)]),
    )
    .$if(claim.inHand.length > 0, (query) => query.where('event_id', 'not in', claim.inHand))
    .orderBy('priority')
    .orderBy('shared_at')
    .orderBy('event_id')
    .limit(claim.limit)
    .execute();
  return rows.map(({ event_id, priority, body }) => ({
    eventId: event_id,
    priority,
    body: body ?? '',
  }));
}

/** False once it was skipped, say, while it waited for its turn. */
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

/** What Gong said to one request. Without a happening the event stays pending. */
export interface Settlement {
  readonly tenant: string;
  readonly eventId: string;
  readonly at: number;
  /** the answer's kind, kept with the attempt */
  readonly outcome: string;
  readonly happening?: Extract<StateEvent, 'accept' | 'conflict' | 'reject'>;
  readonly status?: number;
  readonly requestId?: string;
  readonly integrationId?: string;
  readonly errors: readonly string[];
}

/** Records an attempt and moves the event, in one transaction. Throws LeaseLost. */
export async function settle(db: Database, lease: LeaseKey, settlement: Settlement): Promise<void> {
  const { tenant, eventId } = settlement;
  await db.transaction().execute(async (trx) => {
    await guardLease(trx, lease);
    const event = await trx
      .selectFrom('event')
      .select(['state', 'attempts'])
      .where('tenant', '=', tenant)
      .where('event_id', '=', eventId)
      .executeTakeFirstOrThrow();
    const number = event.attempts + 1;
    await trx.insertInto('attempt').values(attemptRow(settlement, number)).execute();
    await trx
      .updateTable('event')
      .set({ ...answerColumns(settlement, event.state as State), attempts: number })
      .where('tenant', '=', tenant)
      .where('event_id', '=', eventId)
      .execute();
  });
}

/** An event whose tries are used up waits for a run that starts later. Throws LeaseLost. */
export async function deferPending(
  db: Database,
  lease: LeaseKey,
  event: { readonly tenant: string; readonly eventId: string; readonly at: number },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
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

function answerColumns(settlement: Settlement, state: State): Partial<Selectable<EventTable>> {
  const next = settlement.happening && nextState(state, settlement.happening);
  return {
    ...(next && { state: next }),
    last_status: settlement.status ?? null,
    request_id: settlement.requestId ?? null,
    ...(settlement.integrationId && { integration_id: settlement.integrationId }),
    errors: settlement.errors.length > 0 ? JSON.stringify(settlement.errors) : null,
    updated_at: settlement.at,
  };
}
