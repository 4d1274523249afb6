import type { Turn } from '../../lib/turn.ts';
import { HTTP_LIMITS } from './limits.ts';

export interface ByteBudgetLimits {
  /** held by all responses, except the one that is needed next */
  readonly sharedBytesMax: number;
  /** of each response, not counted */
  readonly freeBytesMax: number;
}

const DEFAULT_LIMITS: ByteBudgetLimits = {
  // The rest of the run's budget is reserved for one response of any size.
  sharedBytesMax: HTTP_LIMITS.bytesInFlightMax - HTTP_LIMITS.bodyBytesMax,
  freeBytesMax: HTTP_LIMITS.freeBytesMax,
};

/**
 * The decompressed bytes of the responses that a run holds at once. A large response waits for room,
 * except the one that the run needs next: room is reserved for it, so that responses never wait for
 * each other.
 */
export class ByteBudget {
  readonly #limits: ByteBudgetLimits;
  /** in the order of their requests */
  readonly #waiting = new Set<() => void>();
  /** the response that uses the reserved room, until it is read */
  #exempt: ByteReservation | undefined;
  #heldBytes = 0;

  constructor(limits: ByteBudgetLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  /** beyond the free bytes of each response */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** For one response. `turn`: that of its source, if several sources are read at the same time. */
  open(turn?: Turn): ByteReservation {
    return new ByteReservation(this, turn);
  }

  /** True if the reservation may hold `bytes`, of which it held `before`. */
  tryGrow(reservation: ByteReservation, before: number, bytes: number): boolean {
    const growth = this.#chargeOf(bytes) - this.#chargeOf(before);
    const fits = this.#heldBytes + growth <= this.#limits.sharedBytesMax;
    if (growth > 0 && !fits) {
      const isFree = this.#exempt === undefined || this.#exempt === reservation;
      if (!reservation.isNeededNext || !isFree) return false;
      this.#exempt = reservation;
    }
    this.#heldBytes += growth;
    return true;
  }

  /** The response is read; it holds `bytes` from now on. */
  settle(reservation: ByteReservation, before: number, bytes: number): void {
    this.#heldBytes += this.#chargeOf(bytes) - this.#chargeOf(before);
    if (this.#exempt === reservation) this.#exempt = undefined;
    this.retry();
  }

  /** Resolves once `attempt` succeeds; rejects with the reason of the signal. */
  wait(attempt: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(tryAgain);
        signal.removeEventListener('abort', abort);
      };
      const abort = () => {
        end();
        reject(signal.reason);
      };
      const tryAgain = () => {
        if (!attempt()) return;
        end();
        resolve();
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.add(tryAgain);
    });
  }

  retry(): void {
    for (const tryAgain of [...this.#waiting]) tryAgain();
  }

  #chargeOf(bytes: number): number {
    return Math.max(0, bytes - this.#limits.freeBytesMax);
  }
}

/** The bytes of one response, while it is read and until its rows are no longer needed. */
export class ByteReservation {
  readonly #budget: ByteBudget;
  readonly #turn: Turn | undefined;
  #bytes = 0;

  constructor(budget: ByteBudget, turn: Turn | undefined) {
    this.#budget = budget;
    this.#turn = turn;
  }

  /** False: the run first needs what other sources read. */
  get isNeededNext(): boolean {
    return this.#turn?.isFirst ?? true;
  }

  /** Undefined if there is room for the bytes; otherwise resolves when there is. */
  take(bytes: number, signal: AbortSignal): Promise<void> | undefined {
    const grow = () => {
      if (!this.#budget.tryGrow(this, this.#bytes, this.#bytes + bytes)) return false;
      this.#bytes += bytes;
      return true;
    };
    if (grow()) return undefined;
    const cancel = this.#turn?.onFirst(() => this.#budget.retry());
    return this.#budget.wait(grow, signal).finally(() => cancel?.());
  }

  /** The response is complete. */
  settle(): void {
    this.#budget.settle(this, this.#bytes, this.#bytes);
  }

  /** Gives all bytes back; the reservation can then be used for another attempt. */
  release(): void {
    this.#budget.settle(this, this.#bytes, 0);
    this.#bytes = 0;
  }
}
