import { DatabaseError, messageOf } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { QUEUE_LIMITS } from './limits.ts';
import type { QueuedRun, RunQueue, TakenRun } from './run-queue.ts';

/**
 * What happens to a run that a worker had taken: nothing more, or it waits in the queue again.
 * `unknown tenant`: the worker's configuration lacks the tenant, so it takes no run of it anymore.
 */
export type TakenRunEnd =
  | { readonly kind: 'finished' }
  | { readonly kind: 'unknown tenant' }
  | { readonly kind: 'put back'; readonly entry: QueuedRun; readonly delayMs: number };

export const FINISHED: TakenRunEnd = { kind: 'finished' };
export const UNKNOWN_TENANT: TakenRunEnd = { kind: 'unknown tenant' };

export interface QueueWorkerOptions {
  readonly context: Pick<AppContext, 'clock' | 'log'>;
  readonly queue: Pick<RunQueue, 'take' | 'keep' | 'finish' | 'putBack'>;
  /** Does the run. Never throws, and ends within seconds once a stop was requested. */
  readonly execute: (entry: QueuedRun) => Promise<TakenRunEnd>;
  /** once it is aborted, no run is taken */
  readonly signal: AbortSignal;
}

/**
 * Takes runs from the queue while it is open, up to `atOnce` in parallel, and executes them. One loop
 * looks into the queue for all free slots, so even a hundred workers cause few statements.
 */
export class QueueWorker {
  readonly #options: QueueWorkerOptions;
  readonly #active = new Map<TakenRun, Promise<void>>();
  readonly #unknownTenants = new Set<string>();
  #atOnce = 0;
  #wake = Promise.withResolvers<void>();
  #loop: Promise<void> | undefined;
  #isBroken = false;

  constructor(options: QueueWorkerOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  /** How many runs it takes at once from now on; 0: none. Running ones continue. */
  takeAtOnce(count: number): void {
    this.#atOnce = count;
    this.#loop ??= this.#takeRuns();
    this.wake();
  }

  /** Call it when the configuration has changed: it may have other tenants. */
  forgetUnknownTenants(): void {
    this.#unknownTenants.clear();
    this.wake();
  }

  get isTaking(): boolean {
    return this.#atOnce > 0 && !this.#options.signal.aborted;
  }

  /** the tenants whose runs are in progress, sorted */
  get tenants(): readonly string[] {
    return [...this.#active.keys()].map(({ entry }) => entry.tenant).sort();
  }

  get isRunning(): boolean {
    return this.#active.size > 0;
  }

  /** Looks into the queue now. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Reports that the runs are in progress; call it every `heartbeatMs`. Throws DatabaseError. */
  keep(): Promise<void> {
    return this.#options.queue.keep([...this.#active.keys()]);
  }

  /** Call it after the stop. Waits for running runs. `broken`: a run's end is not in the queue. */
  async drained(): Promise<'clean' | 'broken'> {
    await this.#loop;
    await Promise.all(this.#active.values());
    return this.#isBroken ? 'broken' : 'clean';
  }

  async #takeRuns(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      const woken = this.#wake.promise;
      this.#wake = Promise.withResolvers();
      const waitMs = await this.#fillSlots();
      if (signal.aborted) return;
      await this.#waitFor(woken, waitMs);
    }
  }

  /** Returns the time until the next look, unless a slot becomes free before. */
  async #fillSlots(): Promise<number> {
    const { context, queue, signal } = this.#options;
    const free = this.#atOnce - this.#active.size;
    if (free <= 0) return QUEUE_LIMITS.pollMs;
    try {
      for (const run of await queue.take(free, { except: [...this.#unknownTenants] })) {
        if (signal.aborted) await queue.putBack(run, run.entry, 0);
        else this.#start(run);
      }
      return QUEUE_LIMITS.pollMs;
    } catch (error) {
      context.log.warn(`no run could be taken from the queue: ${messageOf(error)}`);
      return QUEUE_LIMITS.pollAfterFailureMs;
    }
  }

  async #waitFor(woken: Promise<void>, waitMs: number): Promise<void> {
    const { clock } = this.#options.context;
    const over = new AbortController();
    const timer = clock.sleep(waitMs, over.signal).catch(() => {});
    await Promise.race([woken, this.#wake.promise, timer]);
    over.abort();
  }

  #start(run: TakenRun): void {
    const ended = this.#execute(run).finally(() => {
      this.#active.delete(run);
      this.wake();
    });
    this.#active.set(run, ended);
  }

  async #execute(run: TakenRun): Promise<void> {
    const { context, queue, execute } = this.#options;
    const end = await execute(run.entry);
    try {
      if (end.kind === 'finished') await queue.finish(run);
      else if (end.kind === 'put back') await queue.putBack(run, end.entry, end.delayMs);
      else await this.#leaveToOthers(run);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      // Without a sign of life, another worker gets it.
      this.#isBroken = true;
      const { tenant } = run.entry;
      context.log.warn(`the end of the run is not in the queue: ${error.message}`, { tenant });
    }
  }

  async #leaveToOthers(run: TakenRun): Promise<void> {
    this.#unknownTenants.add(run.entry.tenant);
    await this.#options.queue.putBack(run, run.entry, 0);
  }
}
