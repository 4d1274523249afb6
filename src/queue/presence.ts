import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { TenantConfig } from '../config/types.ts';
import { databaseTime } from '../db/database-time.ts';
import { liveWorkers, removeWorker, reportWorker, type WorkerRole } from '../db/workers.ts';
import { messageOf } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { Duties } from './duties.ts';
import { QUEUE_LIMITS } from './limits.ts';
import type { QueueWorker } from './queue-worker.ts';

export interface PresenceOptions {
  readonly context: AppContext;
  readonly worker: QueueWorker;
  readonly role: WorkerRole;
  /** the tenants of this process's configuration in effect */
  readonly tenants: () => readonly TenantConfig[];
  /** called with each sign of life; `workers`: others that take runs, except standbys */
  readonly onHeartbeat: (seen: { readonly workers: number }) => void;
  readonly signal: AbortSignal;
}

/**
 * What other processes can see of this one, by the database's clock: that it is alive, and which runs
 * it executes. Of all processes with the same tenants, one has the lease of the duties: what must be
 * done once, not by each.
 */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #id = randomUUID();
  readonly #duties: Duties;
  #startedAt: number | undefined;
  #isListed = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#duties = new Duties(options.context, options.tenants);
  }

  /** Whether this process does what is to be done once: overdue tenants, retention, backfills. */
  get hasDuties(): boolean {
    return this.#duties.isHeld;
  }

  /** the lease of the duties: the same for all processes with the same tenants */
  get duties(): string {
    return this.#duties.name;
  }

  /** Gives signs of life until the stop and while runs are in progress, then leaves. Never throws. */
  async keep(): Promise<void> {
    const { context, signal, worker } = this.#options;
    while (!signal.aborted || worker.isRunning) {
      await this.#beat();
      // Short waits after the stop: it ends with the last run.
      const wait = signal.aborted ? context.clock.sleep(STOP_POLL_MS) : this.#pause();
      await wait;
    }
    await this.#leave();
  }

  #pause(): Promise<void> {
    const { context, signal } = this.#options;
    return context.clock.sleep(QUEUE_LIMITS.heartbeatMs, signal).catch(() => {});
  }

  async #beat(): Promise<void> {
    const { context, worker, onHeartbeat, signal } = this.#options;
    const { db, clock, log } = context;
    try {
      const now = await databaseTime(db, clock);
      await worker.keep();
      const live = await liveWorkers(db, now);
      const others = live.filter(({ id, role }) => id !== this.#id && role === 'worker');
      if (!signal.aborted) onHeartbeat({ workers: others.length });
      await this.#report(now);
      await this.#duties.hold();
    } catch (error) {
      this.#duties.suspend();
      log.warn(`this process could not report that it is alive: ${messageOf(error)}`);
    }
  }

  /** Only a process that takes or executes runs is listed. */
  async #report(now: number): Promise<void> {
    const { context, worker, role } = this.#options;
    this.#startedAt ??= now;
    if (!worker.isTaking && !worker.isRunning) return this.#unlist();
    this.#isListed = true;
    await reportWorker(context.db, {
      id: this.#id,
      role,
      host: hostname(),
      startedAt: this.#startedAt,
      seenAt: now,
      runs: worker.tenants,
    });
  }

  async #unlist(): Promise<void> {
    if (!this.#isListed) return;
    await removeWorker(this.#options.context.db, this.#id);
    this.#isListed = false;
  }

  async #leave(): Promise<void> {
    const { log } = this.#options.context;
    try {
      await this.#unlist();
      await this.#duties.release();
    } catch (error) {
      log.warn(`this process is listed for some more seconds: ${messageOf(error)}`);
    }
  }
}

const STOP_POLL_MS = 100;
