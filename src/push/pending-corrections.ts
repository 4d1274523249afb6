import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { Correction } from '../db/correct-calls.ts';

/**
 * A sender that got its response asks for its next permit in one of the next turns of the event loop,
 * after the response is recorded. That transaction takes the corrections along.
 */
const TURNS_UNTIL_NEXT_PERMIT = 3;

type Transaction<T> = (corrections: readonly Correction[]) => Promise<T>;

interface Batch {
  readonly corrections: Correction[];
  readonly committed: PromiseWithResolvers<void>;
}

/** Corrections of counted calls that wait for the account's next transaction. */
export class PendingCorrections {
  #batch = emptyBatch();

  /**
   * Resolves or rejects as the transaction does that takes the correction along: the next one, or
   * `transaction` if none begins soon.
   */
  add(correction: Correction, transaction: Transaction<void>): Promise<void> {
    const batch = this.#batch;
    batch.corrections.push(correction);
    if (batch.corrections.length === 1) void this.#commitSoon(batch, transaction);
    return batch.committed.promise;
  }

  /** Runs `transaction` with everything that waits. */
  async commit<T>(transaction: Transaction<T>): Promise<T> {
    const { corrections, committed } = this.#batch;
    this.#batch = emptyBatch();
    try {
      const result = await transaction(corrections);
      committed.resolve();
      return result;
    } catch (error) {
      committed.reject(error);
      throw error;
    }
  }

  async #commitSoon(batch: Batch, transaction: Transaction<void>): Promise<void> {
    for (let turn = 0; turn < TURNS_UNTIL_NEXT_PERMIT; turn += 1) await endOfTurn();
    if (this.#batch !== batch) return;
    await this.commit(transaction).catch(() => {
      // `add` has returned the promise that rejects.
    });
  }
}

function emptyBatch(): Batch {
  const committed = Promise.withResolvers<void>();
  committed.promise.catch(() => {
    // The caller of `add` sees it; an empty batch has no caller.
  });
  return { corrections: [], committed };
}
