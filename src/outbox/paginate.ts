import type { Statement } from '../db/schema.ts';
import type { StoredEvent } from './event-types.ts';
import { storedEvent } from './rows.ts';
import type { State } from './states.ts';

export interface PagesOptions {
  readonly tenant: string;
  readonly state: State;
  readonly size: number;
  readonly reason?: string;
  readonly source?: string;
  /** epoch milliseconds: shared from then on, and before */
  readonly since?: number;
  readonly until?: number;
}

/**
 * All events of a state, a page in memory at a time, in the order of sending: fresh before
 * backfilled, older before newer; where more is asked for, those that it holds for. Events may
 * change their state while they are gone through.
 */
export async function* pagesInState(
  db: Statement,
  options: PagesOptions,
): AsyncGenerator<StoredEvent[]> {
  let after: { priority: number; shared_at: number; event_id: string } | undefined;
  for (;;) {
    const rows = await rowsAfter(db, options, after);
    after = rows.at(-1);
    if (after === undefined) return;
    yield rows.map(storedEvent);
  }
}

/** The comparison is one of whole keys, which the index over the state answers as a range. */
function rowsAfter(
  db: Statement,
  options: PagesOptions,
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
