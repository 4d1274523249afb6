import type { Statement } from '../db/schema.ts';
import { toStoredEvent } from './event-rows.ts';
import type { StoredEvent } from './outbox-event.ts';
import type { State } from './states.ts';

export interface PageFilter {
  readonly tenant: string;
  readonly state: State;
  readonly size: number;
  readonly reason?: string;
  readonly source?: string;
  /** epoch milliseconds: the earliest share time (inclusive), and the latest (exclusive) */
  readonly since?: number;
  readonly until?: number;
}

/**
 * Yields the events of a state that pass the filter, one page at a time, in sending order: fresh
 * before backfilled, older before newer. Events can change their state during the iteration.
 */
export async function* pagesInState(
  db: Statement,
  options: PageFilter,
): AsyncGenerator<StoredEvent[]> {
  let after: { priority: number; shared_at: number; event_id: string } | undefined;
  for (;;) {
    const rows = await rowsAfter(db, options, after);
    after = rows.at(-1);
    if (after === undefined) return;
    yield rows.map(toStoredEvent);
  }
}

/** Compares the complete sort key, so that the index on the state serves it as one range. */
function rowsAfter(
  db: Statement,
  options: PageFilter,
  after: { priority: number; shared_at: number; event_id: string } | undefined,
) {
  const { tenant, state, size, reason, source, since, until } = options;
  const query = db
    .selectFrom('event')
    .selectAll()
    .where('state', '=', state)
    .where('tenant', '=', tenant)
    .$if(reason !== undefined, (all) => all.where('reason', '=', reason ?? ''))
    .$if(source !== undefined, (all) => all.where('source', '=', source ?? ''))
    .$if(since !== undefined, (all) => all.where('shared_at', '>=', since ?? 0))
    .$if(until !== undefined, (all) => all.where('shared_at', '<', until ?? 0))
    .orderBy('priority')
    .orderBy('shared_at')
    .orderBy('event_id')
    .limit(size);
  if (after === undefined) return query.execute();
  return query
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('priority', 'shared_at', 'event_id'),
        '>',
        tuple(after.priority, after.shared_at, after.event_id),
      ),
    )
    .execute();
}
