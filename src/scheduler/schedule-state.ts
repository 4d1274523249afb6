import type { TenantConfig } from '../config/types.ts';
import { nextDue, previousDue } from './due-times.ts';
import { SCHEDULE_LIMITS } from './limits.ts';

/** A tenant with a schedule. */
export type ScheduledTenant = TenantConfig & { readonly schedule: string };

export function isScheduled(tenant: TenantConfig): tenant is ScheduledTenant {
  return tenant.schedule !== undefined;
}

/** When the tenant is due next, later than `after`, in epoch milliseconds; Infinity for never. */
export function nextDueOf(tenant: TenantConfig, after: number): number {
  return isScheduled(tenant) ? nextDue(tenant, after) : Number.POSITIVE_INFINITY;
}

/** One due time of a tenant, to be served by one run. Times are epoch milliseconds. */
export interface DueRun {
  readonly dueAt: number;
  readonly why: 'schedule' | 'made up for' | 'tried again';
  readonly notBefore: number;
  /** tries that ended with the database unfit, in a row */
  readonly failures: number;
}

interface Entry {
  tenant: ScheduledTenant;
  nextDueAt: number;
  /** at most one: a turn that comes due while another waits takes its place */
  waiting: DueRun | undefined;
}

/**
 * Which tenant is due when, and which turns wait. Knows no clock and no database: it is told the
 * time, and whoever claims a turn finds out whether it was served already.
 *
 * 1. A tenant that is new here gets the turn of its last due time: it was missed, unless the
 *    database knows of a run since. A tenant that never ran has missed nothing before its `start`;
 *    without one its first run fixes the start, and each night it waits would go unreported.
 * 2. Each look that finds due times behind it makes one turn, of the latest: a time that passed
 *    while the machine slept, or while a run was at work, is made up for once.
 */
export class ScheduleState {
  readonly #entries = new Map<string, Entry>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#entries.size;
  }

  /** The first due time to come; Infinity for none. */
  get nextDueAt(): number {
    return this.#earliest(({ nextDueAt }) => nextDueAt);
  }

  /** Takes over a configuration: added, changed and removed tenants. */
  configure(tenants: readonly ScheduledTenant[], now: number): void {
    const names = new Set(tenants.map(({ tenant }) => tenant));
    for (const name of this.#entries.keys()) if (!names.has(name)) this.#entries.delete(name);
    for (const tenant of tenants) {
      const entry = this.#entries.get(tenant.tenant);
      if (entry === undefined) this.#entries.set(tenant.tenant, begin(tenant, now));
      else change(entry, tenant, now);
    }
  }

  /** Makes a turn of each due time that has come; `jitterMs` is asked once a turn. */
  look(now: number, jitterMs: () => number): void {
    if (now < this.#lookedAt) this.#goBack(now);
    this.#lookedAt = now;
    for (const entry of this.#entries.values()) {
      if (now < entry.nextDueAt) continue;
      const dueAt = previousDue(entry.tenant, now);
      entry.nextDueAt = nextDue(entry.tenant, now);
      const why = now - dueAt > SCHEDULE_LIMITS.lateMs ? 'made up for' : 'schedule';
      entry.waiting = { dueAt, why, notBefore: dueAt + jitterMs(), failures: 0 };
    }
  }

  /** Takes out the turn that may start, first due first, of a tenant that is not `busy`. */
  claim(
    now: number,
    busy: { has(tenant: string): boolean },
  ): { readonly tenant: ScheduledTenant; readonly turn: DueRun } | undefined {
    let first: { entry: Entry; turn: DueRun } | undefined;
    for (const entry of this.#entries.values()) {
      const turn = entry.waiting;
      if (turn === undefined || turn.notBefore > now || busy.has(entry.tenant.tenant)) continue;
      if (first === undefined || turn.dueAt < first.turn.dueAt) first = { entry, turn };
    }
    if (first === undefined) return undefined;
    first.entry.waiting = undefined;
    return { tenant: first.entry.tenant, turn: first.turn };
  }

  /** Puts a turn back, unless a later one waits already or the tenant is gone. */
  putBack(tenant: string, turn: DueRun): void {
    const entry = this.#entries.get(tenant);
    if (entry) entry.waiting ??= turn;
  }

  /** The first moment after `now` at which a waiting turn may start; Infinity for none. */
  nextStartAt(now: number): number {
    return this.#earliest(({ waiting }) => {
      const at = waiting?.notBefore ?? Number.POSITIVE_INFINITY;
      return at > now ? at : Number.POSITIVE_INFINITY;
    });
  }

  #earliest(timeOf: (entry: Entry) => number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) earliest = Math.min(earliest, timeOf(entry));
    return earliest;
  }

  /** The clock was set back: what lay ahead of it is planned anew. */
  #goBack(now: number): void {
    for (const entry of this.#entries.values()) {
      entry.nextDueAt = nextDue(entry.tenant, now);
      if (entry.waiting && entry.waiting.dueAt > now) entry.waiting = undefined;
    }
  }
}

function begin(tenant: ScheduledTenant, now: number): Entry {
  const dueAt = previousDue(tenant, now);
  const missed = Number.isFinite(dueAt) && dueAt >= (tenant.start ?? dueAt);
  const turn: DueRun = { dueAt, why: 'made up for', notBefore: now, failures: 0 };
  return { tenant, nextDueAt: nextDue(tenant, now), waiting: missed ? turn : undefined };
}

/** Another schedule holds from now on: nothing of it was missed while this process ran. */
function change(entry: Entry, tenant: ScheduledTenant, now: number): void {
  const { schedule, timezone } = entry.tenant;
  if (tenant.schedule !== schedule || tenant.timezone !== timezone) {
    entry.nextDueAt = nextDue(tenant, now);
  }
  entry.tenant = tenant;
}
