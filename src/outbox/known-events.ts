import type { CompiledQuery } from 'kysely';
import { DATABASE_LIMITS } from '../db/limits.ts';
import type { Database, Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import type { State } from './states.ts';

/**
 * The current states of those of the events that are on record. Reserves one connection for all
 * queries: otherwise, a transaction that begins between two of them would delay the rest.
 */
export function knownEvents(
  db: Database,
  tenant: string,
  eventIds: readonly string[],
): Promise<Map<string, KnownEvent>> {
  return db.connection().execute((connection) => readStates(connection, tenant, eventIds));
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

async function readStates(
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

function selectStates(db: Statement, tenant: string, eventIds: readonly string[]) {
  return db
    .selectFrom('event')
    .select(['event_id', 'state', 'reason', 'priority', 'attempts'])
    .where('tenant', '=', tenant)
    .where('event_id', 'in', eventIds);
}
