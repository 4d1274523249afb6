import type { Statement } from '../db/schema.ts';
import {
  countByDay,
  countBySource,
  countSettledSince,
  countSkippedByReason,
  type DayCount,
} from '../outbox/counts.ts';
import { STATES, type State } from '../outbox/states.ts';
import type { SourceName } from '../share/share.ts';

export interface StateCount {
  readonly tenant: string;
  readonly source: SourceName;
  readonly state: State;
  readonly events: number;
}

export interface ReasonCount {
  readonly tenant: string;
  readonly reason: string;
  readonly events: number;
}

/** All events of the tenants, by source and state, and the skipped ones by reason. */
export async function countEvents(
  db: Statement,
  tenants: readonly string[],
): Promise<{ readonly states: readonly StateCount[]; readonly reasons: readonly ReasonCount[] }> {
  const states: StateCount[] = [];
  const reasons: ReasonCount[] = [];
  for (const tenant of tenants) {
    const counts = await countBySource(db, tenant);
    states.push(...counts.map((count) => ({ tenant, ...count })));
    const skipped = await countSkippedByReason(db, tenant);
    reasons.push(...[...skipped].map(([reason, events]) => ({ tenant, reason, events })));
  }
  return { states, reasons };
}

/** The events that were shared since a time, by UTC day and state, of all tenants together. */
export async function countDays(
  db: Statement,
  tenants: readonly string[],
  since: number,
): Promise<DayCount[]> {
  const days: DayCount[] = [];
  for (const tenant of tenants) {
    for (const state of STATES) days.push(...(await countByDay(db, { tenant, state, since })));
  }
  const groups = Map.groupBy(days, ({ day, state }) => `${day} ${state}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return { ...first, events: group.reduce((sum, { events }) => sum + events, 0) };
  });
}

/** What reached Gong, or was rejected, since a time. */
export interface RecentCounts {
  readonly delivered: number;
  readonly rejected: number;
}

/** By tenant; a duplicate is in Gong, so it counts as delivered. */
export async function countRecent(
  db: Statement,
  since: number,
): Promise<(tenant: string) => RecentCounts> {
  const delivered = await countSettledSince(db, { state: 'delivered', since });
  const duplicate = await countSettledSince(db, { state: 'duplicate', since });
  const rejected = await countSettledSince(db, { state: 'rejected', since });
  return (tenant) => ({
    delivered: (delivered.get(tenant) ?? 0) + (duplicate.get(tenant) ?? 0),
    rejected: rejected.get(tenant) ?? 0,
  });
}
