import { nextDue, previousDue, type Timetable } from '../../src/scheduler/due-times.ts';
import { SCHEDULE_LIMITS } from '../../src/scheduler/limits.ts';
import { type DueRun, dueRunAt, startsBefore } from '../../src/scheduler/schedule-state.ts';
import { Heap } from './heap.ts';
import type { SimulatedTenant } from './population.ts';

export interface Claimed {
  readonly tenant: number;
  readonly dueRun: DueRun;
}

/** The due runs of all tenants, as the scheduler keeps them. */
export interface DueQueue {
  /** the next due time, or the next start of a due run, after `now`; Infinity for none */
  nextAt(now: number): number;
  update(now: number): void;
  /** Removes and returns the first due run that can start, of a tenant that is not `busy`. */
  claim(now: number, busy: { has(tenant: number): boolean }): Claimed | undefined;
  /** Call it when the tenant's run ended. */
  ended(tenant: number): void;
  /** Forgets everything, as a new process does, and catches up. */
  restart(now: number): void;
}

interface Group {
  readonly timetable: Timetable;
  readonly tenants: number[];
  nextDueAt: number;
}

/**
 * Decides as `ScheduleState` does, with its own functions, but computes each due time once for all
 * tenants of a timetable, and finds the first due run in a heap: a year has millions of them.
 * simulation.test.ts compares the two.
 */
export class FastDueQueue implements DueQueue {
  readonly #groups = new Heap<Group>((one, other) => one.nextDueAt < other.nextDueAt);
  readonly #all: Group[] = [];
  readonly #pending = new Map<number, DueRun>();
  readonly #later = new Heap<Claimed>(
    (one, other) => one.dueRun.notBefore < other.dueRun.notBefore,
  );
  readonly #ready = new Heap<Claimed>(
    (one, other) =>
      startsBefore(one.dueRun, other.dueRun) ||
      (!startsBefore(other.dueRun, one.dueRun) && one.tenant < other.tenant),
  );
  readonly #ofBusy = new Map<number, Claimed>();
  readonly #start: number;
  readonly #jitterMs: () => number;

  constructor(
    tenants: readonly SimulatedTenant[],
    options: { readonly start: number; readonly jitterMs: () => number },
  ) {
    this.#start = options.start;
    this.#jitterMs = options.jitterMs;
    const groups = new Map<string, Group>();
    for (const { index, timetable } of tenants) {
      const key = `${timetable.schedule} ${timetable.timezone}`;
      const group = groups.get(key) ?? { timetable, tenants: [], nextDueAt: 0 };
      group.tenants.push(index);
      groups.set(key, group);
    }
    this.#all.push(...groups.values());
    this.restart(options.start);
  }

  nextAt(now: number): number {
    const due = this.#groups.first?.nextDueAt ?? Number.POSITIVE_INFINITY;
    const later = this.#later.first?.dueRun.notBefore ?? Number.POSITIVE_INFINITY;
    return Math.max(now, Math.min(due, later));
  }

  update(now: number): void {
    for (let group = this.#groups.first; group && group.nextDueAt <= now; ) {
      this.#groups.pop();
      const dueAt = previousDue(group.timetable, now);
      group.nextDueAt = nextDue(group.timetable, now);
      this.#groups.push(group);
      for (const tenant of group.tenants) {
        const pending = this.#pending.get(tenant);
        this.#add(tenant, dueRunAt(dueAt, { now, jitterMs: this.#jitterMs(), pending }));
      }
      group = this.#groups.first;
    }
    this.#moveStartable(now);
  }

  claim(now: number, busy: { has(tenant: number): boolean }): Claimed | undefined {
    this.#moveStartable(now);
    for (let claimed = this.#ready.pop(); claimed; claimed = this.#ready.pop()) {
      // A later due run has replaced it.
      if (this.#pending.get(claimed.tenant) !== claimed.dueRun) continue;
      if (busy.has(claimed.tenant)) {
        this.#ofBusy.set(claimed.tenant, claimed);
        continue;
      }
      this.#pending.delete(claimed.tenant);
      return claimed;
    }
    return undefined;
  }

  ended(tenant: number): void {
    const claimed = this.#ofBusy.get(tenant);
    if (claimed === undefined) return;
    this.#ofBusy.delete(tenant);
    this.#ready.push(claimed);
  }

  restart(now: number): void {
    for (const heap of [this.#groups, this.#later, this.#ready]) heap.clear();
    this.#pending.clear();
    this.#ofBusy.clear();
    for (const group of this.#all) {
      group.nextDueAt = nextDue(group.timetable, now);
      this.#groups.push(group);
      const dueAt = previousDue(group.timetable, now);
      if (dueAt < this.#start) continue;
      const catchUp = { dueAt, why: 'catch-up', notBefore: now, failures: 0 } as const;
      for (const tenant of group.tenants) this.#add(tenant, { ...catchUp, waitingSince: dueAt });
    }
  }

  #add(tenant: number, dueRun: DueRun): void {
    this.#pending.set(tenant, dueRun);
    this.#later.push({ tenant, dueRun });
  }

  #moveStartable(now: number): void {
    for (let first = this.#later.first; first && first.dueRun.notBefore <= now; ) {
      this.#later.pop();
      if (this.#pending.get(first.tenant) === first.dueRun) this.#ready.push(first);
      first = this.#later.first;
    }
  }
}

/** Spreads starts as `start` does. */
export function jitterOf(random: () => number): () => number {
  return () => Math.floor(random() * SCHEDULE_LIMITS.jitterMsMax);
}
