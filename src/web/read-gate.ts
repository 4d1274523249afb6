import type { Clock } from '../lib/clock.ts';
import { UserError } from '../lib/errors.ts';
import { READ_LIMITS } from './limits.ts';

/** Too many requests wait for the database. */
export class Overloaded extends UserError {
  override readonly name = 'Overloaded';

  constructor() {
    super('too many requests at once', { hint: 'Try again in a few seconds.' });
  }
}

export interface ReadGateOptions {
  readonly clock: Clock;
  readonly isRunning: () => boolean;
}

/**
 * Serves one reader after the other. Statements block the event loop that a run shares, so while a
 * run is in progress and readers wait, they get a part of the time only.
 */
export class ReadGate {
  readonly #options: ReadGateOptions;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: ReadGateOptions) {
    this.#options = options;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= READ_LIMITS.waitingMax) throw new Overloaded();
    this.#waiting += 1;
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    await before;
    const { clock } = this.#options;
    const startedAt = clock.now();
    try {
      return await work();
    } finally {
      this.#waiting -= 1;
      void this.#rest(clock.now() - startedAt).then(turn.resolve, turn.reject);
    }
  }

  async #rest(tookMs: number): Promise<void> {
    const { clock, isRunning } = this.#options;
    if (this.#waiting === 0 || !isRunning()) return;
    await clock.sleep(Math.min(READ_LIMITS.restMsMax, READ_LIMITS.restFactor * tookMs));
  }
}
