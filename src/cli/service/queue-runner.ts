import type { Config, TenantConfig } from '../../config/types.ts';
import { tenantsWithUnfinishedBackfills } from '../../db/backfills.ts';
import type { WorkerRole } from '../../db/workers.ts';
import { Presence } from '../../queue/presence.ts';
import { QueueWorker } from '../../queue/queue-worker.ts';
import { openRunQueue, type RunQueue } from '../../queue/run-queue.ts';
import { logFailure, queueDueRun } from '../../scheduler/due-run.ts';
import { nextDue } from '../../scheduler/due-times.ts';
import { SCHEDULE_LIMITS } from '../../scheduler/limits.ts';
import { Scheduler } from '../../scheduler/scheduler.ts';
import { housekeeping } from '../../service/after-runs.ts';
import { executeQueued } from './execute-queued.ts';
import type { Runner, ServiceTools } from './runner.ts';

/**
 * Opens the shared queue of a PostgreSQL database.
 * - `start`: queues the due runs. It executes runs only while no worker is alive, or always if
 *   `queue.worker` is set.
 * - `worker`: executes them, up to `atOnce` in parallel.
 *
 * Throws DatabaseError.
 */
export async function createQueueRunner(
  tools: ServiceTools,
  options: { readonly as: 'start' | 'worker'; readonly atOnce?: number },
): Promise<Runner> {
  const { signal, context } = tools;
  const { config, db, log } = context;
  const queue = await openRunQueue(config.service.database, { db, log, signal });
  return new QueueRunner(tools, queue, options);
}

class QueueRunner implements Runner {
  readonly #tools: ServiceTools;
  readonly #queue: RunQueue;
  readonly #atOnce: number | undefined;
  readonly #role: WorkerRole;
  readonly #worker: QueueWorker;
  readonly #presence: Presence;
  readonly #scheduler: Scheduler | undefined;
  #config: Config;
  #tenants: readonly TenantConfig[];
  #present: Promise<void> = Promise.resolve();
  #ticking: Promise<void> = Promise.resolve();
  #housekeptAt: number;

  constructor(
    tools: ServiceTools,
    queue: RunQueue,
    { as, atOnce }: { readonly as: 'start' | 'worker'; readonly atOnce?: number },
  ) {
    const { context, signal } = tools;
    this.#tools = tools;
    this.#queue = queue;
    this.#atOnce = atOnce;
    this.#config = context.config;
    this.#tenants = tools.tenants;
    this.#housekeptAt = context.clock.now();
    const isWorker = as === 'worker' || this.#config.service.queue?.worker === true;
    this.#role = isWorker ? 'worker' : 'standby';
    const inEffect = () => ({ context: this.#context, tenants: this.#tenants });
    const addHistory = (tenant: string) => queue.add({ kind: 'history', tenant, busy: 0 });
    this.#worker = new QueueWorker({
      context,
      queue,
      signal,
      execute: (entry) => executeQueued({ ...tools, inEffect, addHistory }, entry),
    });
    this.#presence = new Presence({
      context,
      worker: this.#worker,
      role: this.#role,
      tenants: () => this.#tenants,
      signal,
      onHeartbeat: ({ workers }) => this.#takeRuns(workers),
    });
    if (as === 'start') this.#scheduler = this.#createScheduler();
  }

  get tenants(): readonly TenantConfig[] {
    return this.#tenants;
  }

  get config(): Config {
    return this.#config;
  }

  get isRunning(): boolean {
    return this.#worker.isRunning;
  }

  begin(): void {
    if (this.#role === 'worker') this.#takeRuns(0);
    this.#present = this.#presence.keep();
    this.#scheduler?.begin();
  }

  configure(config: Config, tenants: readonly TenantConfig[]): void {
    this.#config = config;
    this.#tenants = tenants;
    this.#worker.forgetUnknownTenants();
    this.#scheduler?.configure(config, tenants);
  }

  tick(): void {
    this.#scheduler?.tick();
    this.#ticking = this.#ticking.then(() => this.#doDuties());
  }

  async drained(): Promise<'clean' | 'broken'> {
    const drained = await this.#worker.drained();
    await Promise.all([this.#scheduler?.drained(), this.#ticking, this.#present]);
    await this.#queue.close();
    return drained;
  }

  get #context() {
    return { ...this.#tools.context, config: this.#config };
  }

  /** The scheduler decides when a run is due; a worker does it. */
  #createScheduler(): Scheduler {
    const queue = this.#queue;
    return new Scheduler({
      ...this.#tools,
      execute: (context, { tenant, dueRun }) => {
        const { dueAt, why, failures } = dueRun;
        const entry = { tenant: tenant.tenant, dueAt, why, failures, busy: 0 };
        const add = () => queue.add({ kind: 'due', ...entry });
        return queueDueRun(context, { tenant, dueRun, add });
      },
      // Not by each process: see #doDuties.
      housekeeping: async () => {},
    });
  }

  #takeRuns(workers: number): void {
    const isNeeded = this.#role === 'worker' || workers === 0;
    const atOnce = this.#atOnce ?? this.#config.service.tenantsAtOnce;
    if (isNeeded !== this.#worker.isTaking && this.#role === 'standby') {
      const { log } = this.#tools.context;
      log.info(
        isNeeded
          ? 'no worker is alive: this process executes the runs itself'
          : 'a worker is alive: it executes the runs',
      );
    }
    this.#worker.takeAtOnce(isNeeded ? atOnce : 0);
  }

  /**
   * What one process does for all with the same tenants: unfinished backfills continue, overdue
   * tenants, retention.
   */
  async #doDuties(): Promise<void> {
    const { alerts, signal } = this.#tools;
    if (signal.aborted || !this.#presence.hasDuties) return;
    const context = this.#context;
    const now = context.clock.now();
    try {
      await this.#queueBackfills();
      if (Math.abs(now - this.#housekeptAt) < SCHEDULE_LIMITS.housekeepingMs) return;
      this.#housekeptAt = now;
      await housekeeping(context, this.#tenants, { alerts, nextDue, signal });
    } catch (error) {
      logFailure(context, { error });
    }
  }

  async #queueBackfills(): Promise<void> {
    for (const tenant of await tenantsWithUnfinishedBackfills(this.#context.db)) {
      if (!this.#tenants.some((each) => each.tenant === tenant)) continue;
      await this.#queue.add({ kind: 'history', tenant, busy: 0 });
    }
  }
}
