import type { Selectable } from 'kysely';
import { guardLease, type LeaseKey } from '../db/leases.ts';
import type { Database, EventTable, Statement } from '../db/schema.ts';
import type { ContentShared } from '../event/contract.ts';
import { DATABASE_LIMITS } from '../lib/limits.ts';
import { type Happening, nextState, type State } from './states.ts';

/** A pending event as the sender needs it: the body goes out byte for byte as it was stored. */
export interface QueuedEvent {
  readonly eventId: string;
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
  },
): Promise<QueuedEvent[]> {
  const rows = await db
    .selectFrom('event')
    .select(['event_id', 'body'])
    .where('tenant', '=', claim.tenant)
    .where('state', '=', 'pending')
    .where((where) =>
      where.or([where('not_before', 'is', null), where('not_before', '<=', claim.runStartedAt)]),
    )
    .$if(claim.inHand.length > 0, (query) => query.where('event_id', 'not in', claim.inHand))
    .orderBy('priority')
    .orderBy('shared_at')
    .orderBy('event_id')
    .limit(claim.limit)
    .execute();
  return rows.map((row) => ({ eventId: row.event_id, body: row.body ?? '' }));
}

/** The bodies of all that is pending, in the order of sending, a page at a time. */
export async function* pendingBodies(db: Statement, tenant: string): AsyncGenerator<ContentShared> {
  let last: { priority: number; shared_at: number; event_id: string } | undefined;
  for (;;) {
    const after = last;
    const rows = await db
      .selectFrom('event')
      .select(['priority', 'shared_at', 'event_id', 'body'])
      .where('tenant', '=', tenant)
      .where('state', '=', 'pending')
      .$if(after !== undefined, (query) =>
        query.where(({ eb, refTuple, tuple }) =>
          eb(
            refTuple('priority', 'shared_at', 'event_id'),
            '>',
            tuple(after?.priority ?? 0, after?.shared_at ?? 0, after?.event_id ?? ''),
          ),
        ),
      )
      .orderBy('priority')
      .orderBy('shared_at')
      .orderBy('event_id')
      .limit(DATABASE_LIMITS.rowsPerPageMax)
      .execute();
    last = rows.at(-1);
    if (!last) return;
    for (const row of rows) yield JSON.parse(row.body ?? '{}') as ContentShared;
  }
}

/** What Gong said to one request. Without a happening the event stays pending. */
export interface Settlement {
  readonly tenant: string;
  readonly eventId: string;
  readonly at: number;
  /** the answer's kind, kept with the attempt */
  readonly outcome: string;
  readonly happening?: Extract<Happening, 'accept' | 'conflict' | 'reject'>;
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
