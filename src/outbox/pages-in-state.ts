import { pagesByKey } from '../db/pages-by-key.ts';
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
  { tenant, state, size, reason, source, since, until }: PageFilter,
): AsyncGenerator<StoredEvent[]> {
  const events = db
    .selectFrom('event')
    .selectAll()
    .where('state', '=', state)
    .where('tenant', '=', tenant)
    .$if(reason !== undefined, (all) => all.where('reason', '=', reason ?? ''))
    .$if(source !== undefined, (all) => all.where('source', '=', source ?? ''))
    .$if(since !== undefined, (all) => all.where('shared_at', '>=', since ?? 0))
    .$if(until !== undefined, (all) => all.where('shared_at', '<', until ?? 0));
  // The order of the index on the state.
  const key = ['priority', 'shared_at', 'event_id'] as const;
  for await (const page of pagesByKey(events, { key, size })) yield page.map(toStoredEvent);
}
