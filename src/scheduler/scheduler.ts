import type { Config, TenantConfig } from '../config/types.ts';
import type { AppContext } from '../runs/app-context.ts';
import { type DueRunEnd, type ExecuteDueRun, logFailure, logRetry } from './due-run.ts';
import { SCHEDULE_LIMITS } from './limits.ts';
import { type DueRun, isScheduled, type ScheduledTenant, ScheduleState } from './schedule-state.ts';

export interface SchedulerOptions {
  readonly context: AppContext;
  /** the tenants of this process; those without a schedule run on demand only */
  readonly tenants: readonly TenantConfig[];
  /** Executes a due run, or hands it over to another process. Never throws. */
  readonly execute: ExecuteDueRun;
  /** called after each run for its tenant; soon after the start and then once per hour for all */
  readonly housekeeping: (context: AppContext, tenants: readonly TenantConfig[]) => Promise<void>;
  /** if aborted, no run starts, and running ones end */
  readonly signal: AbortSignal;
}

/**
 * Runs each tenant on its schedule, up to `tenantsAtOnce` in parallel, but never two runs of one
 * tenant. Call `tick` at least once per minute; its effect depends only on the time. No failure of
 * a run ends the scheduler.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #schedule = new ScheduleState();
  readonly #active = new Map<string, Promise<void>>();
  #config: Config;
  #tenants: readonly TenantConfig[];
  #startTimer = new AbortController();
  #housekeeping: Promise<void> = Promise.resolve();
  /** The first tick does it: a process that restarts more often than hourly would never do it. */
  #housekeptAt = Number.NEGATIVE_INFINITY;
  #brokenInDrain = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#config = options.context.config;
    this.#tenants = options.tenants;
    options.signal.addEventListener('abort', () => this.#startTimer.abort(), { once: true });
  }

  /** Starts the missed runs. From now on, each tick starts the due ones. */
  begin(): void {
    this.configure(this.#config, this.#tenants);
  }

  /** Applies a configuration. Running runs keep their old one. */
  configure(config: Config, tenants: readonly TenantConfig[]): void {
    const { clock, log } = this.#options.context;
    this.#config = config;
    this.#tenants = tenants;
    this.#schedule.configure(tenants.filter(isScheduled), clock.now());
    const scheduled = this.#schedule.size;
    const { nextDueAt } = this.#schedule;
    const next = Number.isFinite(nextDueAt) && { next: new Date(nextDueAt).toISOString() };
    const counts = { scheduled, onDemand: tenants.length - scheduled };
    if (scheduled === 0) log.warn('no tenant has a schedule: nothing will run', counts);
    else log.info('tenants scheduled', { ...counts, ...next });
    this.#startDue();
  }

  /** those in effect, including those without a schedule */
  get tenants(): readonly TenantConfig[] {
    return this.#tenants;
  }

  /** the configuration in effect */
  get config(): Config {
    return this.#config;
  }

  get isRunning(): boolean {
    return this.#active.size > 0;
  }

  tick(): void {
    const { clock, random } = this.#options.context;
    const now = clock.now();
    this.#schedule.update(now, () => Math.floor(random() * SCHEDULE_LIMITS.jitterMsMax));
    this.#startDue();
    if (Math.abs(now - this.#housekeptAt) < SCHEDULE_LIMITS.housekeepingMs) return;
    this.#housekeptAt = now;
    this.#queueHousekeeping(this.#tenants);
  }

  /** Call it after the stop. Waits for running runs. `broken`: a run's end was not recorded. */
  async drained(): Promise<'clean' | 'broken'> {
    await Promise.all(this.#active.values());
    await this.#housekeeping;
    return this.#brokenInDrain ? 'broken' : 'clean';
  }

  #startDue(): void {
    const { context, signal } = this.#options;
    if (signal.aborted) return;
    const now = context.clock.now();
    while (this.#active.size < this.#config.service.tenantsAtOnce) {
      const claimed = this.#schedule.claim(now, this.#active);
      if (claimed === undefined) break;
      this.#start(claimed.tenant, claimed.dueRun);
    }
    this.#setStartTimer(now);
  }

  #start(tenant: ScheduledTenant, dueRun: DueRun): void {
    const { context, execute, signal } = this.#options;
    const running = execute({ ...context, config: this.#config }, { tenant, dueRun, signal });
    const ended = running.then((end) => {
      this.#active.delete(tenant.tenant);
      this.#handleEnd(tenant, dueRun, end);
      this.#startDue();
    });
    this.#active.set(tenant.tenant, ended);
  }

  #handleEnd(tenant: ScheduledTenant, dueRun: DueRun, end: DueRunEnd): void {
    const { signal } = this.#options;
    if (signal.aborted) this.#brokenInDrain ||= end === 'broken';
    else if (end === 'ran') this.#queueHousekeeping([tenant]);
    else if (end === 'queued') this.#checkLater(tenant.tenant, dueRun);
    else if (end === 'busy' || end === 'broken') this.#retryLater(tenant.tenant, dueRun, end);
  }

  /** Whatever happens to the queue, the due run is queued again until a run has done it. */
  #checkLater(tenant: string, dueRun: DueRun): void {
    const notBefore = this.#options.context.clock.now() + SCHEDULE_LIMITS.queuedCheckMs;
    this.#schedule.putBack(tenant, { ...dueRun, notBefore, failures: 0 });
  }

  #retryLater(tenant: string, dueRun: DueRun, end: 'busy' | 'broken'): void {
    const { context } = this.#options;
    const { retryMs, retryMsMax } = SCHEDULE_LIMITS;
    const waitMs = end === 'busy' ? retryMs : Math.min(retryMsMax, retryMs * 2 ** dueRun.failures);
    const failures = end === 'busy' ? 0 : dueRun.failures + 1;
    const notBefore = context.clock.now() + waitMs;
    this.#schedule.putBack(tenant, { ...dueRun, why: 'retry', notBefore, failures });
    logRetry(context, { tenant, end, retryAt: notBefore });
  }

  /** Starts due runs that become startable between two ticks, after their jitter or retry delay. */
  #setStartTimer(now: number): void {
    this.#startTimer.abort();
    this.#startTimer = new AbortController();
    const at = this.#schedule.nextStartAt(now);
    if (at - now > SCHEDULE_LIMITS.jitterMsMax) return;
    const { clock } = this.#options.context;
    const { signal } = this.#startTimer;
    // A new timer replaces this one, or a stop was requested: neither needs handling here.
    const ignoreAbort = () => {};
    void clock.sleep(at - now, signal).then(() => this.#startDue(), ignoreAbort);
  }

  /** Runs one housekeeping after the other, so that two never do the same work. */
  #queueHousekeeping(tenants: readonly TenantConfig[]): void {
    const { context, housekeeping, signal } = this.#options;
    this.#housekeeping = this.#housekeeping.then(async () => {
      if (signal.aborted) return;
      try {
        await housekeeping({ ...context, config: this.#config }, tenants);
      } catch (error) {
        logFailure(context, { error });
      }
    });
  }
}
