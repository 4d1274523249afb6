import { ShiftedClock } from '../../src/lib/clock.ts';
import type { FaultRule, Faults } from '../../src/sandbox/faults.ts';
import { until } from './until.ts';

/** Longer than any delay that a test means as time: such a delay waits for a word instead. */
const BARRIER_MS = 1_000_000_000;

/** A request of the sandbox that stands still until it is let go. */
export interface Barrier {
  /** Resolves once so many requests stand there; by default one. */
  reached(requests?: number): Promise<void>;
  /** Lets go of those that stand there, and of all that come later. */
  open(): void;
}

/**
 * The sandbox's clock in tests of processes. A delay behind a barrier ends when the test says so,
 * not when time is up: what happens in which order then depends on no machine's speed.
 */
export class BarrierClock extends ShiftedClock {
  readonly #gates = new Map<number, PromiseWithResolvers<void>>();
  readonly #standing = new Map<number, () => void>();

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < BARRIER_MS) return super.sleep(ms, signal);
    this.#standing.get(barrierOf(ms))?.();
    return this.#opened(barrierOf(ms), signal);
  }

  /** Makes the requests that fit `rule` stand still before the vendor sees them. */
  add(faults: Faults, rule: Omit<FaultRule, 'action'>): Barrier {
    const number = this.#gates.size + 1;
    const gate = Promise.withResolvers<void>();
    this.#gates.set(number, gate);
    let standing = 0;
    this.#standing.set(number, () => {
      standing += 1;
    });
    const id = faults.add({ ...rule, action: { kind: 'delay', ms: number * BARRIER_MS } });
    return {
      reached: (requests = 1) => until(() => standing >= requests),
      open: () => {
        faults.remove(id);
        gate.resolve();
      },
    };
  }

  async #opened(number: number, signal: AbortSignal | undefined): Promise<void> {
    const stopped = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    await Promise.race([this.#gates.get(number)?.promise, stopped]);
  }
}

function barrierOf(ms: number): number {
  return Math.floor(ms / BARRIER_MS);
}
