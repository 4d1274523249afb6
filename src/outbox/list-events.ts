import type { Statement } from '../db/schema.ts';
import { ID_STARTS } from '../share/event-id.ts';
import type { SourceName } from '../share/share.ts';
import type { SharedAtWindow } from './event-counts.ts';
import { LAST_CHARACTER } from './id-prefix.ts';
import { type EventKey, loadEvents, newestFirst } from './load-events.ts';
import { PRIORITY, type StoredEvent } from './outbox-event.ts';
import { STATES, type State } from './states.ts';

export interface EventFilter {
  /** one window per timezone: a date means midnight in the tenant's own timezone */
  readonly windows: readonly (SharedAtWindow & { readonly tenants: readonly string[] })[];
  readonly state?: State;
  readonly reason?: string;
  readonly source?: SourceName;
  /** only events that come after this one in the list: the last one of the previous page */
  readonly after?: EventKey;
  readonly limit: number;
}

/**
 * The events of the outbox, newest share first. The index on the state has each tenant's events of a
 * state and a priority in the order of time, so that the newest of each are found without a look at
 * the others; the newest of these are the list.
 */
export async function listEvents(db: Statement, filter: EventFilter): Promise<StoredEvent[]> {
  const keys: EventKey[] = [];
  for (const part of partsOf(filter)) {
    keys.push(...(await newestKeys(db, part, filter)));
    if (keys.length > filter.limit * KEYS_KEPT_FACTOR) keepNewest(keys, filter.limit);
  }
  keepNewest(keys, filter.limit);
  return loadEvents(db, keys);
}

/** How many lists of keys are collected before the older ones are dropped. */
const KEYS_KEPT_FACTOR = 20;

interface Part {
  readonly tenant: string;
  readonly state: State;
  readonly priority: number;
  readonly since: number;
  readonly until: number;
}

function partsOf({ windows, state }: EventFilter): Part[] {
  const states = state === undefined ? STATES : [state];
  return windows.flatMap(({ tenants, since, until }) =>
    tenants.flatMap((tenant) =>
      states.flatMap((each) =>
        Object.values(PRIORITY).map((priority) => ({
          tenant,
          state: each,
          priority,
          since: since ?? Number.MIN_SAFE_INTEGER,
          until: until ?? Number.MAX_SAFE_INTEGER,
        })),
      ),
    ),
  );
}

async function newestKeys(
  db: Statement,
  { tenant, state, priority, since, until }: Part,
  { reason, source, after, limit }: EventFilter,
): Promise<EventKey[]> {
  const rows = await db
    .selectFrom('event')
    .select(['event_id', 'shared_at'])
    .where('state', '=', state)
    .where('tenant', '=', tenant)
    .where('priority', '=', priority)
    .where('shared_at', '>=', since)
    .where('shared_at', '<', until)
    .$if(reason !== undefined, (query) => query.where('reason', '=', reason ?? ''))
    .$if(source !== undefined, (query) => {
      // By the id, because the index has it: a source can have few of a million events.
      const start = source === undefined ? '' : ID_STARTS[source];
      return query.where('event_id', '>=', start).where('event_id', '<', start + LAST_CHARACTER);
    })
    .$if(after !== undefined, (query) =>
      query
        .where('shared_at', '<=', after?.sharedAt ?? 0)
        .where((where) =>
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
    .orderBy('event_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ tenant, eventId: row.event_id, sharedAt: row.shared_at }));
}

function keepNewest(keys: EventKey[], limit: number): void {
  keys.sort(newestFirst);
  keys.length = Math.min(keys.length, limit);
}
