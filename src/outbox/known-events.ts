import type { CompiledQuery } from 'kysely';
import { DATABASE_LIMITS } from '../db/limits.ts';
import type { Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import type { State } from './states.ts';

/** The current states of those of the events that are on record. */
export async function knownEvents(
  db: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<Map<string, KnownEvent>> {
  const known = new Map<string, KnownEvent>();
  let query: CompiledQuery | undefined;
  for (const chunk of chunksOf(eventIds, DATABASE_LIMITS.idsPerQueryMax)) {
    const parameters = [tenant, ...chunk];
    // Compiled once for all full chunks: compiling this many values costs more than the query.
    if (query?.parameters.length !== parameters.length) {
      query = selectStates(db, tenant, chunk).compile();
    }
    const { rows } = await db.executeQuery<StateRow>({ ...query, parameters });
    for (const { event_id, state, reason, priority, attempts } of rows) {
      known.set(event_id, { state: state as State, reason, priority, attempts });
    }
  }
  return known;
}

export interface KnownEvent {
  readonly state: State;
  readonly reason: string | null;
  readonly priority: number;
  /** requests that Gong received about it */
  readonly attempts: number;
}

interface StateRow {
  readonly event_id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly priority: number;
  readonly attempts: number;
}

function selectStates(db: Statement, tenant: string, eventIds: readonly string[]) {
  return db
    .selectFrom('event')
    .select(['event_id', 'state', 'reason', 'priority', 'attempts'])
    .where('tenant', '=', tenant)
    .where('event_id', 'in', eventIds);
}
