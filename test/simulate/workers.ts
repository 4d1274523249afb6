export interface Worker {
  running: number;
  /** until when its one thread is computing, in epoch milliseconds */
  computesUntil: number;
}

/** The processes that execute runs, each with the same number of slots. */
export class Workers {
  readonly #workers: Worker[];
  readonly #atOnce: number;

  constructor(count: number, atOnce: number) {
    this.#atOnce = atOnce;
    this.#workers = Array.from({ length: count }, () => ({ running: 0, computesUntil: 0 }));
  }

  get running(): number {
    return this.#workers.reduce((sum, { running }) => sum + running, 0);
  }

  /** The worker with the most free slots; undefined if all slots are taken. */
  free(): Worker | undefined {
    let free: Worker | undefined;
    for (const worker of this.#workers) {
      if (worker.running < this.#atOnce && worker.running < (free?.running ?? Infinity)) {
        free = worker;
      }
    }
    return free;
  }

  stopAll(): void {
    for (const worker of this.#workers) {
      worker.running = 0;
      worker.computesUntil = 0;
    }
  }
}

/** Runs of one worker compute one after the other. Returns when this computation ends. */
export function compute(worker: Worker, at: number, durationMs: number): number {
  worker.computesUntil = Math.max(worker.computesUntil, at) + durationMs;
  return worker.computesUntil;
}
