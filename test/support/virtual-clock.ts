import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from './manual-clock.ts';

const IDLE_TURNS_MAX = 100;

/**
 * A clock that jumps from one sleeper to the next while `run` waits. It moves only once nothing
 * else can go on: SQLite and promises need no timer, so one turn of the event loop is enough to
 * know that. Not for work that waits for sockets or processes.
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

  /** Lets time pass until `work` is settled; throws where it never can be. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    for (let idleTurns = 0; ; idleTurns += 1) {
      await turn();
      if (settled) return work;
      // Nobody sleeps, but work may still pause for a turn of the event loop now and then.
      if (this.#wakes.size === 0 && idleTurns < IDLE_TURNS_MAX) continue;
      this.#jump();
      idleTurns = 0;
    }
  }

  /** Lets `ms` pass, waking each sleeper at its own time. */
  async pass(ms: number): Promise<void> {
    await this.run(this.sleep(ms));
  }

  #jump(): void {
    const next = Math.min(...[...this.#wakes].map((wake) => wake.at));
    if (next === Number.POSITIVE_INFINITY) throw new Error('nothing sleeps and nothing goes on');
    this.advance(Math.max(0, next - this.now()));
  }
}
