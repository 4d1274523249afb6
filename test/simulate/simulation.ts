import { LEASE_LIMITS } from '../../src/db/limits.ts';
import { limitsOf } from '../../src/push/pacer.ts';
import type { DueRun } from '../../src/scheduler/schedule-state.ts';
import { ModeledAccount } from './account.ts';
import { type DueQueue, FastDueQueue, jitterOf } from './due-queue.ts';
import { Heap } from './heap.ts';
import { DAY_MS, DEPLOY, FAILURE, PROCESSOR, WRITES } from './model-limits.ts';
import { createPopulation, type SimulatedTenant } from './population.ts';
import { type AccountUse, type PushWorld, pushStep } from './pushing.ts';
import { Random } from './random.ts';
import { Statistics } from './statistics.ts';
import { type ActiveRun, queueHistory, read, type TenantState } from './tenant-run.ts';
import { ModeledVendor } from './vendors.ts';
import { compute, type Worker, Workers } from './workers.ts';

/** The defaults of a tenant file. */
const GONG = { callsPerSecond: 3, callsPerDay: 10_000, concurrency: 4 } as const;
const WEEK_DAYS = 7;

export interface SimulationOptions {
  readonly tenants: number;
  readonly days: number;
  readonly workers: number;
  readonly atOnce: number;
  readonly seed: number;
  /** the first midnight, in epoch milliseconds */
  readonly start: number;
  /** added to each run, so that few tenants fill the slots; default: none */
  readonly runDelayMs?: number;
  readonly dueQueue?: (tenants: readonly SimulatedTenant[], start: number) => DueQueue;
  readonly onServed?: (tenant: SimulatedTenant, dueRun: DueRun, startedAt: number) => void;
}

interface Step {
  readonly at: number;
  readonly order: number;
  readonly run: ActiveRun;
  readonly worker: Worker;
  readonly kind: 'push' | 'end';
}

/** A year of nights: events in the order of their simulated times, one random sequence per part. */
export class Simulation {
  readonly statistics: Statistics;
  readonly tenants: readonly SimulatedTenant[];
  readonly states: readonly TenantState[];
  readonly #options: SimulationOptions;
  readonly #end: number;
  readonly #random: Random;
  readonly #vendors: Readonly<Record<'salesforce' | 'google' | 'gong', ModeledVendor>>;
  readonly #accounts: ModeledAccount[] = [];
  readonly #tenantsOfAccount: SimulatedTenant[][] = [];
  readonly #queue: DueQueue;
  readonly #workers: Workers;
  readonly #running = new Map<number, ActiveRun>();
  readonly #steps = new Heap<Step>(
    (one, other) => one.at < other.at || (one.at === other.at && one.order < other.order),
  );
  #order = 0;
  #deployAt: number;

  constructor(options: SimulationOptions) {
    const { start, days, seed } = options;
    this.#options = options;
    this.#end = start + days * DAY_MS;
    this.#random = new Random(seed);
    this.tenants = createPopulation(new Random(seed + 1), options);
    this.states = this.tenants.map(() => newState(start));
    for (const tenant of this.tenants) {
      this.#accounts[tenant.account] ??= new ModeledAccount(limitsOf(GONG).burst);
      const others = this.#tenantsOfAccount[tenant.account] ?? [];
      others.push(tenant);
      this.#tenantsOfAccount[tenant.account] = others;
    }
    const world = { random: new Random(seed + 2), from: start, days };
    this.#vendors = {
      salesforce: new ModeledVendor('salesforce', world),
      google: new ModeledVendor('google', world),
      gong: new ModeledVendor('gong', world),
    };
    const jitterMs = jitterOf(new Random(seed + 3).next);
    this.#queue =
      options.dueQueue?.(this.tenants, start) ??
      new FastDueQueue(this.tenants, { start, jitterMs });
    this.#workers = new Workers(options.workers, options.atOnce);
    this.statistics = new Statistics(start, days);
    this.#deployAt = nextDeploy(start);
  }

  run(): void {
    let now = this.#options.start;
    this.#startRuns(now);
    for (;;) {
      const step = this.#steps.first?.at ?? Number.POSITIVE_INFINITY;
      const at = Math.min(this.#queue.nextAt(now), step, this.#deployAt);
      if (at > this.#end) return;
      now = at >= this.#deployAt ? this.#deploy() : at;
      this.#queue.update(now);
      for (let next = this.#steps.first; next && next.at <= now; next = this.#steps.first) {
        this.#steps.pop();
        if (next.kind === 'push') this.#push(next);
        else this.#finish(next);
      }
      this.#startRuns(now);
    }
  }

  #startRuns(now: number): void {
    for (let worker = this.#workers.free(); worker; worker = this.#workers.free()) {
      const claimed = this.#queue.claim(now, this.#running);
      if (claimed === undefined) {
        this.statistics.drainedDays.add(this.statistics.dayOf(now));
        break;
      }
      const { tenant, dueRun } = claimed;
      // After a restart, most tenants have had their run: the scheduler checks the database.
      if ((this.states[tenant] as TenantState).servedAt >= dueRun.dueAt) continue;
      this.#start(worker, this.tenants[tenant] as SimulatedTenant, { dueRun, now });
    }
    this.statistics.runningMax = Math.max(this.statistics.runningMax, this.#running.size);
  }

  #start(
    worker: Worker,
    tenant: SimulatedTenant,
    { dueRun, now }: { readonly dueRun: DueRun; readonly now: number },
  ): void {
    const state = this.states[tenant.index] as TenantState;
    const { statistics } = this;
    const { shares, durationMs } = read({ tenant, state }, now, {
      ...this.#vendors,
      random: this.#random,
    });
    const day = statistics.dayOf(now);
    const history = queueHistory(tenant, state, day);
    state.fresh += shares;
    state.queued[day % WEEK_DAYS] = shares;
    statistics.shares += shares;
    statistics.backfilled += history;
    statistics.runs.add(now, 1);
    const processorMs = PROCESSOR.runMs + PROCESSOR.shareMs * (shares + history);
    statistics.processorMs.add(now, processorMs);
    const commits = Math.ceil((shares + history) / WRITES.sharesPerCommit);
    statistics.writes.add(now, WRITES.perRun + commits);
    const readEndsAt = Math.max(now + durationMs, compute(worker, now, processorMs));
    const run: ActiveRun = {
      tenant,
      state,
      dueRun,
      startedAt: now,
      readEndsAt,
      backfillUntil: undefined,
      inFlight: new Float64Array(GONG.concurrency),
      respondedAt: now,
      freshRespondedAt: now,
      deferred: 0,
      backfillEnded: false,
      meetsThrottling: this.#random.chance(FAILURE.throttledShare),
    };
    worker.running += 1;
    this.#running.set(tenant.index, run);
    this.#add({ at: readEndsAt, run, worker, kind: 'push' });
  }

  #push({ at, run, worker }: Step): void {
    const pushed = pushStep(run, at, this.#useOf(run.tenant.account), this.#pushWorld());
    const processorMs = PROCESSOR.callMs * pushed.calls;
    this.statistics.processorMs.add(at, processorMs);
    this.statistics.writes.add(at, WRITES.perCall * pushed.calls);
    const computed = pushed.calls === 0 ? at : compute(worker, at, processorMs);
    if (pushed.kind === 'continues') {
      this.#add({ at: Math.max(pushed.at, computed), run, worker, kind: 'push' });
      return;
    }
    const { runDelayMs = 0 } = this.#options;
    const endsAt = Math.max(run.readEndsAt, run.respondedAt, computed) + runDelayMs;
    this.#add({ at: endsAt, run, worker, kind: 'end' });
  }

  #finish({ at, run, worker }: Step): void {
    const { statistics } = this;
    const { tenant, state, dueRun, startedAt } = run;
    worker.running -= 1;
    this.#running.delete(tenant.index);
    statistics.writes.add(at, Math.floor((at - startedAt) / LEASE_LIMITS.heartbeatMs));
    statistics.waits.push(startedAt - dueRun.dueAt);
    if (dueRun.why === 'catch-up') statistics.catchUps += 1;
    const isSent = state.fresh === 0 && run.deferred === 0 && run.freshRespondedAt > startedAt;
    if (isSent) statistics.lastEvents.push(run.freshRespondedAt - dueRun.dueAt);
    state.fresh += run.deferred;
    state.servedAt = startedAt;
    this.#options.onServed?.(tenant, dueRun, startedAt);
    this.#queue.ended(tenant.index);
  }

  /** Stops all processes; what was running is due again. Returns when they are back. */
  #deploy(): number {
    const now = this.#deployAt + DEPLOY.downMs;
    this.statistics.stopped += this.#running.size;
    for (const { state, deferred } of this.#running.values()) state.fresh += deferred;
    this.#running.clear();
    this.#steps.clear();
    this.#workers.stopAll();
    this.#queue.restart(now);
    this.#deployAt += DEPLOY.everyMs;
    return now;
  }

  #add(step: Omit<Step, 'order'>): void {
    this.#order += 1;
    this.#steps.push({ ...step, order: this.#order });
  }

  #useOf(id: number): AccountUse {
    const tenants = this.#tenantsOfAccount[id] ?? [];
    const account = this.#accounts[id] as ModeledAccount;
    const busiestNight = () => this.#busiestNightOf(tenants);
    return { account, id, isShared: tenants.length > 1, busiestNight };
  }

  #busiestNightOf(tenants: readonly SimulatedTenant[]): number {
    let calls = 0;
    for (const { index } of tenants) calls += Math.max(0, ...(this.states[index]?.queued ?? []));
    return calls;
  }

  #pushWorld(): PushWorld {
    return {
      random: this.#random,
      gong: this.#vendors.gong,
      statistics: this.statistics,
      callsPerDay: GONG.callsPerDay,
      stopsAt: this.#deployAt + DEPLOY.drainMs,
    };
  }
}

function newState(start: number): TenantState {
  return {
    readAt: start,
    servedAt: Number.NEGATIVE_INFINITY,
    fresh: 0,
    backfill: 0,
    isBackfilled: false,
    queued: [],
  };
}

function nextDeploy(after: number): number {
  const before = Math.floor((after - DEPLOY.offsetMs) / DEPLOY.everyMs);
  return (before + 1) * DEPLOY.everyMs + DEPLOY.offsetMs;
}
