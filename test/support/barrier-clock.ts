import { ShiftedClock } from '../../src/lib/clock.ts';
import type { FaultRule, Faults } from '../../src/sandbox/faults.ts';
import { until } from './until.ts';

/** Longer than any real delay in a test: such a delay ends when the test says so. */
const BARRIER_MS = 1_000_000_000;

/** Blocks requests to the sandbox until it is opened. */
export interface Barrier {
  /** Resolves once this many requests are blocked; by default one. */
  reached(requests?: number): Promise<void>;
  /** Releases blocked requests, and lets all later ones pass. */
  open(): void;
}

/**
 * The sandbox's clock in tests of processes. The test ends a delay behind a barrier, so that the order
 * of what happens does not depend on the speed of the machine.
 */
export class BarrierClock extends ShiftedClock {
  readonly #gates = new Map<number, PromiseWithResolvers<void>>();
  readonly #onBlocked = new Map<number, () => void>();

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < BARRIER_MS) return super.sleep(ms, signal);
    this.#onBlocked.get(barrierOf(ms))?.();
    return this.#opened(barrierOf(ms), signal);
  }

  /** Blocks the requests that match `rule` before the vendor sees them. */
  add(faults: Faults, rule: Omit<FaultRule, 'action'>): Barrier {
    const number = this.#gates.size + 1;
    const gate = Promise.withResolvers<void>();
    this.#gates.set(number, gate);
    let blocked = 0;
    this.#onBlocked.set(number, () => {
      blocked += 1;
    });
    const id = faults.add({ ...rule, action: { kind: 'delay', ms: number * BARRIER_MS } });
    return {
      reached: (requests = 1) => until(() => blocked >= requests),
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
