import type { Statement } from '../db/schema.ts';
import type { SourceName } from '../share/share.ts';
import { type EventKey, PRIORITY, type StoredEvent } from './event-types.ts';
import { compareEvents, findByKeys } from './find-by-keys.ts';
import { toStoredEvent } from './rows.ts';
import { STATES, type State } from './states.ts';

/** Epoch milliseconds: `since` is inclusive, `until` exclusive. An absent bound is open. */
export interface SharedAtWindow {
  readonly since?: number;
  readonly until?: number;
}

export interface EventFilter {
  /** one window per timezone: a date means midnight in the tenant's own timezone */
  readonly windows: readonly (SharedAtWindow & { readonly tenants: readonly string[] })[];
  readonly state?: State;
  readonly reason?: string;
  readonly source?: SourceName;
  /** only events after this one in the list */
  readonly after?: EventKey;
  readonly limit: number;
}

/** Reasons exist in these states only. */
const STATES_WITH_REASON: readonly State[] = ['held', 'skipped'];

/** The events of the outbox, newest share first. */
export async function listEvents(db: Statement, filter: EventFilter): Promise<StoredEvent[]> {
  const { windows, state, reason, source } = filter;
  const tenants = windows.flatMap((window) => window.tenants);
  const isSelective = tenants.length === 1 || (state ?? reason ?? source) !== undefined;
  return isSelective ? listByState(db, filter) : listByTime(db, filter);
}

/** If most events pass the filter, the index on the time finds a page at once. */
async function listByTime(db: Statement, filter: EventFilter): Promise<StoredEvent[]> {
  const { windows, after, limit } = filter;
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .where((where) =>
      where.or(
        windows.map(({ tenants, since, until }) =>
          where.and([
            where('tenant', 'in', tenants),
            where('shared_at', '>=', since ?? Number.MIN_SAFE_INTEGER),
            where('shared_at', '<', until ?? Number.MAX_SAFE_INTEGER),
          ]),
        ),
      ),
    )
    .where('shared_at', '<=', after?.sharedAt ?? Number.MAX_SAFE_INTEGER)
    .$if(after !== undefined, (query) =>
      query.where((where) =>
        where.or([
          where('shared_at', '<', after?.sharedAt ?? 0),
          where('tenant', '>', after?.tenant ?? ''),
          where.and([
            where('tenant', '=', after?.tenant ?? ''),
            where('event_id', '>', after?.eventId ?? ''),
          ]),
        ]),
      ),
    )
    .orderBy('shared_at', 'desc')
    .orderBy('tenant')
    .orderBy('event_id')
    .limit(limit)
    .execute();
  return rows.map(toStoredEvent);
}

/** If few events pass, each tenant's index entries of a state, in the order of time, are merged. */
async function listByState(db: Statement, filter: EventFilter): Promise<StoredEvent[]> {
  const keys: EventKey[] = [];
  for (const window of filter.windows) {
    for (const tenant of window.tenants) {
      for (const state of statesOf(filter)) {
        for (const priority of Object.values(PRIORITY)) {
          keys.push(...(await keysIn(db, { ...filter, ...window, tenant, state, priority })));
        }
      }
    }
  }
  const first = keys.toSorted(compareEvents).slice(0, filter.limit);
  return findByKeys(
    db,
    first.map(({ tenant, eventId }) => ({ tenant, event_id: eventId })),
  );
}

function statesOf({ state, reason }: EventFilter): readonly State[] {
  if (state !== undefined) return [state];
  return reason === undefined ? STATES : STATES_WITH_REASON;
}

async function keysIn(
  db: Statement,
  range: SharedAtWindow &
    Pick<EventFilter, 'reason' | 'source' | 'after' | 'limit'> & {
      readonly tenant: string;
      readonly state: State;
      readonly priority: number;
    },
): Promise<EventKey[]> {
  const { tenant, state, priority, since, until, reason, source, after, limit } = range;
  const rows = await db
    .selectFrom('event')
    .select(['shared_at', 'event_id'])
    .where('state', '=', state)
    .where('tenant', '=', tenant)
    .where('priority', '=', priority)
    .where('shared_at', '>=', since ?? Number.MIN_SAFE_INTEGER)
    .where('shared_at', '<', until ?? Number.MAX_SAFE_INTEGER)
    .$if(reason !== undefined, (query) => query.where('reason', '=', reason ?? ''))
    .$if(source !== undefined, (query) => query.where('source', '=', source ?? ''))
    .where('shared_at', '<=', after?.sharedAt ?? Number.MAX_SAFE_INTEGER)
    .$if(after !== undefined, (query) =>
      query.where((where) =>
        where.or([
          where('shared_at', '<', after?.sharedAt ?? 0),
          where.lit(tenant > (after?.tenant ?? '')),
          where.and([
            where.lit(tenant === after?.tenant),
            where('event_id', '>', after?.eventId ?? ''),
          ]),
        ]),
      ),
    )
    .orderBy('shared_at', 'desc')
    .orderBy('event_id')
    .limit(limit)
    .execute();
  return rows.map(({ shared_at, event_id }) => ({
    sharedAt: shared_at,
    tenant,
    eventId: event_id,
  }));
}
