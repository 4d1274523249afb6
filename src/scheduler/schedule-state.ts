import type { TenantConfig } from '../config/types.ts';
import { nextDue, previousDue } from './due-times.ts';
import { SCHEDULE_LIMITS } from './limits.ts';

/** A tenant with a schedule. */
export type ScheduledTenant = TenantConfig & { readonly schedule: string };

export function isScheduled(tenant: TenantConfig): tenant is ScheduledTenant {
  return tenant.schedule !== undefined;
}

/** The tenant's first due time after `after`, in epoch milliseconds; Infinity for never. */
export function nextDueOf(tenant: TenantConfig, after: number): number {
  return isScheduled(tenant) ? nextDue(tenant, after) : Number.POSITIVE_INFINITY;
}

/** One due time of a tenant, for which one run is to be done. Times are epoch milliseconds. */
export interface DueRun {
  readonly dueAt: number;
  readonly why: 'schedule' | 'catch-up' | 'retry';
  readonly notBefore: number;
  /** consecutive attempts that ended with a database failure */
  readonly failures: number;
  /** the tenant's first due time that no run has served: its place in the queue */
  readonly waitingSince: number;
}

/** True if `run` starts before `other` once both can start: the longest wait comes first. */
export function startsBefore(run: DueRun, other: DueRun): boolean {
  return run.waitingSince < other.waitingSince;
}

/**
 * The due run for a due time that has passed, noticed at `now`. It replaces the tenant's pending due
 * run, and keeps its place: with more runs than a day can hold, the tenants at the end of the queue
 * would otherwise start behind the same others again, every day.
 */
export function dueRunAt(
  dueAt: number,
  noticed: {
    readonly now: number;
    readonly jitterMs: number;
    readonly pending: DueRun | undefined;
  },
): DueRun {
  const { now, jitterMs, pending } = noticed;
  return {
    dueAt,
    why: now - dueAt > SCHEDULE_LIMITS.lateMs ? 'catch-up' : 'schedule',
    notBefore: dueAt + jitterMs,
    failures: 0,
    waitingSince: pending?.waitingSince ?? dueAt,
  };
}

interface Entry {
  tenant: ScheduledTenant;
  nextDueAt: number;
  /** at most one: the next due time replaces a due run that is still pending */
  pending: DueRun | undefined;
}

/**
 * The next due time and the pending due run of each tenant. It uses no clock and no database: the
 * caller passes the time, and checks whether a claimed due run is already done.
 *
 * 1. A new tenant gets a due run for its last due time, which was missed unless the database has a
 *    run since. With a `start` after that due time, it has missed nothing. Without a `start`, its
 *    first run sets the start, so that waiting for the next due time would leave shares unreported.
 * 2. Each update creates one due run for the latest of the due times that have passed. Due times
 *    that passed while the machine slept or a run took too long thus cause one catch-up.
 */
export class ScheduleState {
  readonly #entries = new Map<string, Entry>();
  #updatedAt = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#entries.size;
  }

  /** The earliest next due time; Infinity for none. */
  get nextDueAt(): number {
    return this.#earliest(({ nextDueAt }) => nextDueAt);
  }

  /** Applies a configuration with added, changed and removed tenants. */
  configure(tenants: readonly ScheduledTenant[], now: number): void {
    const names = new Set(tenants.map(({ tenant }) => tenant));
    for (const name of this.#entries.keys()) if (!names.has(name)) this.#entries.delete(name);
    for (const tenant of tenants) {
      const entry = this.#entries.get(tenant.tenant);
      if (entry === undefined) this.#entries.set(tenant.tenant, newEntry(tenant, now));
      else updateEntry(entry, tenant, now);
    }
  }

  /** Creates the due runs for due times that have passed; calls `jitterMs` once per due run. */
  update(now: number, jitterMs: () => number): void {
    if (now < this.#updatedAt) this.#discardFuture(now);
    this.#updatedAt = now;
    for (const entry of this.#entries.values()) {
      if (now < entry.nextDueAt) continue;
      const dueAt = previousDue(entry.tenant, now);
      entry.nextDueAt = nextDue(entry.tenant, now);
      entry.pending = dueRunAt(dueAt, { now, jitterMs: jitterMs(), pending: entry.pending });
    }
  }

  /** Removes and returns the first due run that can start, of a tenant that is not `busy`. */
  claim(
    now: number,
    busy: { has(tenant: string): boolean },
  ): { readonly tenant: ScheduledTenant; readonly dueRun: DueRun } | undefined {
    let first: { entry: Entry; dueRun: DueRun } | undefined;
    for (const entry of this.#entries.values()) {
      const dueRun = entry.pending;
      if (dueRun === undefined || dueRun.notBefore > now || busy.has(entry.tenant.tenant)) continue;
      if (first === undefined || startsBefore(dueRun, first.dueRun)) first = { entry, dueRun };
    }
    if (first === undefined) return undefined;
    first.entry.pending = undefined;
    return { tenant: first.entry.tenant, dueRun: first.dueRun };
  }

  /** Puts a due run back, unless a later one is pending or the tenant was removed. */
  putBack(tenant: string, dueRun: DueRun): void {
    const entry = this.#entries.get(tenant);
    if (entry) entry.pending ??= dueRun;
  }

  /** The first moment after `now` at which a pending due run can start; Infinity for none. */
  nextStartAt(now: number): number {
    return this.#earliest(({ pending: waiting }) => {
      const at = waiting?.notBefore ?? Number.POSITIVE_INFINITY;
      return at > now ? at : Number.POSITIVE_INFINITY;
    });
  }

  #earliest(timeOf: (entry: Entry) => number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) earliest = Math.min(earliest, timeOf(entry));
    return earliest;
  }

  /** Handles a clock that was set back: recomputes the due times that are now in the future. */
  #discardFuture(now: number): void {
    for (const entry of this.#entries.values()) {
      entry.nextDueAt = nextDue(entry.tenant, now);
      if (entry.pending && entry.pending.dueAt > now) entry.pending = undefined;
    }
  }
}

function newEntry(tenant: ScheduledTenant, now: number): Entry {
  const dueAt = previousDue(tenant, now);
  const missed = Number.isFinite(dueAt) && dueAt >= (tenant.start ?? dueAt);
  const dueRun: DueRun = {
    dueAt,
    why: 'catch-up',
    notBefore: now,
    failures: 0,
    waitingSince: dueAt,
  };
  return { tenant, nextDueAt: nextDue(tenant, now), pending: missed ? dueRun : undefined };
}

/** A changed schedule applies from now on: none of its earlier due times counts as missed. */
function updateEntry(entry: Entry, tenant: ScheduledTenant, now: number): void {
  const { schedule, timezone } = entry.tenant;
  if (tenant.schedule !== schedule || tenant.timezone !== timezone) {
    entry.nextDueAt = nextDue(tenant, now);
  }
  entry.tenant = tenant;
}
