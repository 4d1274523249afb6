import { RetryableError } from '../../lib/errors.ts';
import { DRIVE_LIMITS } from './limits.ts';

/** Reports a failure that does not end the reading; `where` names the user, drive or file. */
export type OnFailure = (where: string, error: unknown) => void;

/**
 * Reports the first users and drives that cannot be read, and counts the others. Ends the reading
 * after too many consecutive failures, because their cause is then not one user or drive.
 */
export class ChangeLogFailures {
  readonly #onFailure: OnFailure;
  #total = 0;
  #inRow = 0;
  #successes = 0;
  #skipped = 0;
  #lastSkipped: unknown;

  constructor(onFailure: OnFailure) {
    this.#onFailure = onFailure;
  }

  /** Throws RetryableError after too many failures in a row. */
  add(where: string, error: unknown): void {
    this.#total += 1;
    // Other errors do not count: even a hundred consecutive refusals (rooms, machines, a department
    // without Drive) predict nothing about the next user.
    this.#inRow = error instanceof RetryableError ? this.#inRow + 1 : 0;
    if (this.#total <= DRIVE_LIMITS.failuresNamedMax) this.#onFailure(where, error);
    if (this.#inRow < DRIVE_LIMITS.failuresInRowMax) return;
    this.finish();
    throw new RetryableError(
      `the last ${this.#inRow} users and drives could not be read, the others were not tried`,
      { cause: error },
    );
  }

  addSuccess(): void {
    this.#successes += 1;
    this.#inRow = 0;
  }

  /** Counts a user or drive that was read to its end: a quiet one has no page. */
  addCompleted(): void {
    this.#successes += 1;
  }

  /** Counts a user without Drive whom the configuration does not list: not a failure. */
  addSkipped(error: unknown): void {
    this.#skipped += 1;
    this.#lastSkipped = error;
  }

  get skipped(): number {
    return this.#skipped;
  }

  finish(): void {
    if (this.#skipped > 0 && this.#successes + this.#total === 0) {
      // If no user has Drive, it is switched off for the app, which the operator must fix.
      this.#onFailure(`all ${this.#skipped} users`, this.#lastSkipped);
    }
    const others = this.#total - DRIVE_LIMITS.failuresNamedMax;
    if (others <= 0) return;
    this.#onFailure(
      `${others} more users and drives`,
      new RetryableError('could not be read either'),
    );
  }
}
