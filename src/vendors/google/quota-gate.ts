import type { Clock } from '../../lib/clock.ts';

/**
 * Quotas that Google said are used up, and until when: whoever shares one waits, instead of each
 * finding it out by a try of his own.
 */
export class QuotaGate {
  readonly #until = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Nobody passes `quota` for so long; a longer hold stays. */
  block(quota: string, delayMs: number): void {
    const until = this.#clock.now() + delayMs;
    this.#until.set(quota, Math.max(until, this.#until.get(quota) ?? 0));
  }

  /** how long the longest hold on any of them still lasts; 0: none */
  remainingMs(quotas: readonly string[]): number {
    const now = this.#clock.now();
    let remaining = 0;
    for (const quota of quotas) {
      const left = (this.#until.get(quota) ?? now) - now;
      if (left <= 0) this.#until.delete(quota);
      remaining = Math.max(remaining, left);
    }
    return remaining;
  }

  /** Resolves when none of them is held; rejects with the reason of an aborted signal. */
  async waitUntilFree(quotas: readonly string[], signal: AbortSignal): Promise<void> {
    for (let ms = this.remainingMs(quotas); ms > 0; ms = this.remainingMs(quotas)) {
      await this.#clock.sleep(ms, signal);
    }
  }
}
