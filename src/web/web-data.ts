import type { FaultyTenant, TenantConfig } from '../config/types.ts';
import { lastGoodSync } from '../db/overdue.ts';
import {
  countDays,
  countEvents,
  countRecent,
  type ReasonCount,
  type RecentCounts,
  type StateCount,
} from '../operator/event-counts.ts';
import { type QueueStatus, queueStatus } from '../operator/queue-status.ts';
import { statusOf, type TenantStatus } from '../operator/status.ts';
import type { DayCount } from '../outbox/counts.ts';
import type { AppContext } from '../runs/app-context.ts';
import type { NextDue } from '../runs/overdue-times.ts';
import { FreshValue } from './fresh-value.ts';
import { PAGE_LIMITS, READ_LIMITS } from './limits.ts';
import { ReadGate } from './read-gate.ts';

/** The configuration in effect, and a context that only reads the database. */
export interface View {
  readonly context: AppContext;
  readonly tenants: readonly TenantConfig[];
  readonly faulty: readonly FaultyTenant[];
}

/** What the pages show. What all readers see is read once for all of them. */
export interface WebData {
  view(): View;
  /** Waits for the other readers; the work can use the view. */
  read<T>(work: (view: View) => Promise<T>): Promise<T>;
  statuses(): Promise<readonly TenantStatus[]>;
  queue(): Promise<QueueStatus>;
  counts(): Promise<{
    readonly states: readonly StateCount[];
    readonly reasons: readonly ReasonCount[];
  }>;
  days(): Promise<readonly DayCount[]>;
  recent(): Promise<(tenant: string) => RecentCounts>;
  /** start of the last successful sync, in epoch milliseconds, by tenant */
  lastGoodRuns(): Promise<ReadonlyMap<string, number>>;
}

export interface WebDataOptions {
  readonly view: () => View;
  readonly nextDue: NextDue;
  /** whether a run is in progress in this process */
  readonly isRunning: () => boolean;
}

export const DAY_MS = 24 * 60 * 60_000;

export function createWebData({ view, nextDue, isRunning }: WebDataOptions): WebData {
  const { clock } = view().context;
  const gate = new ReadGate({ clock, isRunning });
  const read: WebData['read'] = (work) => gate.run(() => work(view()));
  const fresh = <Value>(work: (now: View) => Promise<Value>, periodMs: number) =>
    new FreshValue({
      clock,
      freshMs: periodMs,
      restFactor: READ_LIMITS.countsRestFactor,
      read: () => read(work),
    });
  const namesOf = ({ tenants }: View) => tenants.map(({ tenant }) => tenant);
  const { freshMs, countsFreshMs } = READ_LIMITS;
  const statuses = fresh((now) => statusOf(now.context, now.tenants, nextDue), freshMs);
  const queue = fresh((now) => queueStatus(now.context), freshMs);
  const counts = fresh((now) => countEvents(now.context.db, namesOf(now)), freshMs);
  const days = fresh(
    (now) => countDays(now.context.db, namesOf(now), firstDay(clock.now())),
    countsFreshMs,
  );
  const recent = fresh((now) => countRecent(now.context.db, clock.now() - DAY_MS), freshMs);
  const lastGoodRuns = fresh(readLastGoodRuns, freshMs);
  return {
    view,
    read,
    statuses: () => statuses.get(),
    queue: () => queue.get(),
    counts: () => counts.get(),
    days: () => days.get(),
    recent: () => recent.get(),
    lastGoodRuns: () => lastGoodRuns.get(),
  };
}

async function readLastGoodRuns({ context, tenants }: View): Promise<Map<string, number>> {
  const runs = new Map<string, number>();
  for (const { tenant } of tenants) {
    const at = await lastGoodSync(context.db, tenant);
    if (at !== undefined) runs.set(tenant, at);
  }
  return runs;
}

/** Midnight, UTC, of the first day in the chart. */
export function firstDay(now: number): number {
  return (Math.floor(now / DAY_MS) - PAGE_LIMITS.daysInChart + 1) * DAY_MS;
}
