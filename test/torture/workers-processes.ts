import type { Command } from '../support/command.ts';
import type { WorkersWorld } from './workers-world.ts';

const WORKER = 'worker --at-once 2';
const SUSPENDED_MS_MAX = 70_000;

/** The processes of several machines; a killed one is replaced at once. */
export class Processes {
  readonly #world: WorkersWorld;
  readonly #workers: Command[];
  readonly #suspended = new Set<Command>();
  #start: Command;

  constructor(world: WorkersWorld, count: number) {
    this.#world = world;
    this.#workers = Array.from({ length: count }, () => world.start(WORKER));
    this.#start = world.start('start');
  }

  killWorker(): void {
    const index = Math.floor(this.#world.random() * this.#workers.length);
    const worker = this.#workers[index];
    if (worker === undefined) return;
    worker.kill('SIGKILL');
    this.#suspended.delete(worker);
    this.#workers[index] = this.#world.start(WORKER);
  }

  /** Returns false if all others are suspended. */
  stopWorker(): boolean {
    const running = this.#workers.filter((each) => !this.#suspended.has(each));
    const worker = running[Math.floor(this.#world.random() * running.length)];
    if (worker === undefined || running.length === 1) return false;
    worker.kill('SIGSTOP');
    this.#suspended.add(worker);
    const ms = this.#world.random() ** 2 * SUSPENDED_MS_MAX;
    setTimeout(() => this.#continue(worker), ms).unref();
    return true;
  }

  killStart(): void {
    this.#start.kill('SIGKILL');
    this.#start = this.#world.start('start');
  }

  calm(): void {
    for (const worker of this.#suspended) this.#continue(worker);
  }

  /** Stops all processes; what did not end well, as sentences. */
  async end(): Promise<string[]> {
    const all = [...this.#workers, this.#start];
    for (const command of all) command.kill('SIGTERM');
    const ends = await Promise.all(all.map((command) => command.ended()));
    return ends
      .filter(({ code }) => code !== 0)
      .map(({ code, stderr }) => `a process exited with ${code}: ${stderr.slice(-1_500)}`);
  }

  #continue(worker: Command): void {
    if (!this.#suspended.delete(worker)) return;
    worker.kill('SIGCONT');
  }
}
