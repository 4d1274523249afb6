import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxClock } from '../../src/sandbox/sandbox-clock.ts';

/** A clock that starts at a given time, so that each picture shows the same times. */
export class PictureClock implements SandboxClock {
  #base: number;
  #startedAt: number | undefined = performance.now();

  constructor(base: number) {
    this.#base = base;
  }

  now(): number {
    const elapsed = this.#startedAt === undefined ? 0 : performance.now() - this.#startedAt;
    return this.#base + Math.floor(elapsed);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(Math.max(0, ms), undefined, signal ? { signal } : {});
  }

  advance(ms: number): void {
    this.#base += ms;
  }

  /** Continues at `at`. */
  moveTo(at: number): void {
    this.#base = at;
    this.#startedAt = performance.now();
  }

  /** Stops at `at`: while the pictures are taken, no time passes. */
  stopAt(at: number): void {
    this.#base = at;
    this.#startedAt = undefined;
  }
}
