import type { Clock } from '../../lib/clock.ts';

/**
 * The quotas that Google reported as used up, and until when. Every request that shares one waits,
 * instead of finding out by an attempt of its own.
 */
export class QuotaGate {
  readonly #until = new Map<string, number>();
  /** when the first block without a success since began */
  readonly #since = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Blocks `quota` for `delayMs`; a longer block stays in force. */
  block(quota: string, delayMs: number): void {
    const now = this.#clock.now();
    if (!this.#since.has(quota)) this.#since.set(quota, now);
    const until = now + delayMs;
    this.#until.set(quota, Math.max(until, this.#until.get(quota) ?? 0));
  }

  /** Call it after each success: the quota is not used up any more. */
  addSuccess(quota: string): void {
    this.#since.delete(quota);
  }

  /** how long the quota has been used up without a success; 0: it is not */
  usedUpMs(quota: string): number {
    const now = this.#clock.now();
    return now - (this.#since.get(quota) ?? now);
  }

  /** how long the longest block of these quotas still lasts; 0: none is blocked */
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

  /** Resolves when none of the quotas is blocked; rejects with the reason of an aborted signal. */
  async waitUntilFree(quotas: readonly string[], signal: AbortSignal): Promise<void> {
    for (let ms = this.remainingMs(quotas); ms > 0; ms = this.remainingMs(quotas)) {
      await this.#clock.sleep(ms, signal);
    }
  }
}
