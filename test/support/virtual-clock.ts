import { setImmediate } from 'node:timers/promises';
import { ManualClock } from './manual-clock.ts';
import { postgresIdle } from './postgres/pending-work.ts';

const IDLE_ITERATIONS_MAX = 100;
/**
 * Work that groups what happens in one turn of the event loop continues in the next one. A response
 * takes the longest: it is recorded, its count is corrected, and the next request gets its permit.
 */
const TURNS_PER_STEP = 6;

/**
 * A clock that jumps from one sleeper to the next while `run` waits. It jumps only once all other
 * work waits for it. SQLite and promises need no timer, so some iterations of the event loop show
 * that; a statement of PostgreSQL is waited for. Not suitable for work that waits for sockets or
 * processes.
 */
export class VirtualClock extends ManualClock {
  readonly #wakes = new Set<{ readonly at: number }>();

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const wake = { at: this.now() + ms };
    this.#wakes.add(wake);
    try {
      await super.sleep(ms, signal);
    } finally {
      this.#wakes.delete(wake);
    }
  }

  /** Lets time pass until `work` is settled. Throws if it can never settle. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    for (let idleIterations = 0; ; idleIterations += 1) {
      for (let turn = 0; turn < TURNS_PER_STEP; turn += 1) {
        await setImmediate();
        await postgresIdle();
      }
      if (settled) return work;
      // Without a sleeper, the work may still be pausing for some iterations of the event loop.
      if (this.#wakes.size === 0 && idleIterations < IDLE_ITERATIONS_MAX) continue;
      this.#jump();
      idleIterations = 0;
    }
  }

  /** Lets `ms` pass and wakes each sleeper at its own time. */
  async pass(ms: number): Promise<void> {
    await this.run(this.sleep(ms));
  }

  #jump(): void {
    const next = Math.min(...[...this.#wakes].map((wake) => wake.at));
    if (next === Number.POSITIVE_INFINITY)
      throw new Error('the work waits, but no sleep is pending');
    this.advance(Math.max(0, next - this.now()));
  }
}
