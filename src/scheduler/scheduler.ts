import type { Config, TenantConfig } from '../config/types.ts';
import type { AppContext } from '../runs/context.ts';
import { type DueRunEnd, executeDueRun, logFailure, type RunTenant } from './due-run.ts';
import { SCHEDULE_LIMITS } from './limits.ts';
import { type DueRun, isScheduled, type ScheduledTenant, ScheduleState } from './schedule-state.ts';

export interface SchedulerOptions {
  readonly context: AppContext;
  /** those that this process serves; the ones without a schedule run on demand only */
  readonly tenants: readonly TenantConfig[];
  readonly run: RunTenant;
  /** what is to be done for tenants beside their runs: after each run, and once an hour for all */
  readonly housekeeping: (context: AppContext, tenants: readonly TenantConfig[]) => Promise<void>;
  /** aborted: nothing new is started, and runs under way end */
  readonly signal: AbortSignal;
}

/**
 * Runs each tenant at its schedule, `tenantsAtOnce` side by side, never one tenant twice at a
 * time. `tick` is called at least once a minute; what it does depends on the time alone. Nothing
 * that a run does ends the scheduler.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #agenda = new ScheduleState();
  readonly #active = new Map<string, Promise<void>>();
  #config: Config;
  #tenants: readonly TenantConfig[];
  #alarm = new AbortController();
  #house: Promise<void> = Promise.resolve();
  #houseKeptAt: number;
  #brokenInDrain = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#config = options.context.config;
    this.#tenants = options.tenants;
    this.#houseKeptAt = options.context.clock.now();
    options.signal.addEventListener('abort', () => this.#alarm.abort(), { once: true });
  }

  /** Starts what was missed; from now on each tick starts what is due. */
  begin(): void {
    this.configure(this.#config, this.#tenants);
  }

  /** Takes over a configuration. A run that is under way ends with its old one. */
  configure(config: Config, tenants: readonly TenantConfig[]): void {
    const { clock, log } = this.#options.context;
    this.#config = config;
    this.#tenants = tenants;
    this.#agenda.configure(tenants.filter(isScheduled), clock.now());
    const scheduled = this.#agenda.size;
    const { nextDueAt } = this.#agenda;
    const next = Number.isFinite(nextDueAt) && { next: new Date(nextDueAt).toISOString() };
    const counts = { scheduled, onDemand: tenants.length - scheduled };
    if (scheduled === 0) log.warn('no tenant has a schedule: nothing will run', counts);
    else log.info('tenants run at their schedule', { ...counts, ...next });
    this.#startDue();
  }

  tick(): void {
    const { clock, random } = this.#options.context;
    const now = clock.now();
    this.#agenda.look(now, () => Math.floor(random() * SCHEDULE_LIMITS.jitterMsMax));
    this.#startDue();
    if (Math.abs(now - this.#houseKeptAt) < SCHEDULE_LIMITS.housekeepingMs) return;
    this.#houseKeptAt = now;
    this.#keepHouse(this.#tenants);
  }

  /** After the stop: waits for what is under way. `broken`: a run's end could not be written. */
  async drained(): Promise<'clean' | 'broken'> {
    await Promise.all(this.#active.values());
    await this.#house;
    return this.#brokenInDrain ? 'broken' : 'clean';
  }

  #startDue(): void {
    const { context, signal } = this.#options;
    if (signal.aborted) return;
    const now = context.clock.now();
    while (this.#active.size < this.#config.service.tenantsAtOnce) {
      const claimed = this.#agenda.claim(now, this.#active);
      if (claimed === undefined) break;
      this.#start(claimed.tenant, claimed.turn);
    }
    this.#setAlarm(now);
  }

  #start(tenant: ScheduledTenant, turn: DueRun): void {
    const { context, run, signal } = this.#options;
    const serving = executeDueRun(
      { ...context, config: this.#config },
      { tenant, turn, run, signal },
    );
    const ended = serving.then((end) => {
      this.#active.delete(tenant.tenant);
      this.#settle(tenant, turn, end);
      this.#startDue();
    });
    this.#active.set(tenant.tenant, ended);
  }

  #settle(tenant: ScheduledTenant, turn: DueRun, end: DueRunEnd): void {
    const { signal } = this.#options;
    if (signal.aborted) this.#brokenInDrain ||= end === 'broken';
    else if (end === 'ran') this.#keepHouse([tenant]);
    else if (end === 'held' || end === 'broken') this.#tryAgain(tenant.tenant, turn, end);
  }

  #tryAgain(tenant: string, turn: DueRun, end: 'held' | 'broken'): void {
    const { clock, log } = this.#options.context;
    const { retryMs, retryMsMax } = SCHEDULE_LIMITS;
    const waitMs = end === 'held' ? retryMs : Math.min(retryMsMax, retryMs * 2 ** turn.failures);
    const failures = end === 'held' ? 0 : turn.failures + 1;
    const notBefore = clock.now() + waitMs;
    this.#agenda.putBack(tenant, { ...turn, why: 'tried again', notBefore, failures });
    const again = { tenant, again: new Date(notBefore).toISOString() };
    if (end === 'held') log.warn('turn skipped: another run holds the tenant', again);
    else log.warn('turn not served', again);
  }

  /** Between two ticks turns become free to start: by their jitter, or to be tried again. */
  #setAlarm(now: number): void {
    this.#alarm.abort();
    this.#alarm = new AbortController();
    const at = this.#agenda.nextStartAt(now);
    if (at - now > SCHEDULE_LIMITS.jitterMsMax) return;
    const { clock } = this.#options.context;
    const { signal } = this.#alarm;
    // Put aside, or asked to stop: whoever did it sees to what is due.
    const quietly = () => {};
    void clock.sleep(at - now, signal).then(() => this.#startDue(), quietly);
  }

  /** One after the other, so that two never do the same. */
  #keepHouse(tenants: readonly TenantConfig[]): void {
    const { context, housekeeping, signal } = this.#options;
    this.#house = this.#house.then(async () => {
      if (signal.aborted) return;
      try {
        await housekeeping({ ...context, config: this.#config }, tenants);
      } catch (error) {
        logFailure(context, { error });
      }
    });
  }
}
