import type { GoogleDriveConfig } from '../../config/types.ts';
import { DatabaseError, RetryableError, UserError } from '../../lib/errors.ts';
import { GoogleError, NotFound, PageTokenLost } from '../../vendors/google/errors.ts';
import { DRIVE_LIMITS } from './limits.ts';

/** Takes what went wrong and did not end the reading; `where` names the user, drive or file. */
export type OnFailure = (where: string, error: unknown) => void;

/** True for what Google may do to one user or drive without the others being given up. */
export function isOfOne(error: unknown): boolean {
  if (error instanceof GoogleError && error.concerns === 'everyone') return false;
  return isOfGoogle(error);
}

/**
 * True for words that Google has for a scope that was not granted and for a user of another Workspace
 * alike: whether another user got the same scope tells them apart.
 */
export function isUnclear(error: unknown): boolean {
  return error instanceof GoogleError && error.reason === 'unauthorized_client';
}

/** True for what Google may do, rather than a stop, a broken database or a bug. */
export function isOfGoogle(error: unknown): boolean {
  if (error instanceof DatabaseError) return false;
  return (
    error instanceof UserError ||
    error instanceof RetryableError ||
    error instanceof NotFound ||
    error instanceof PageTokenLost
  );
}

/** Google's words for a user whose Drive is switched off, or who has no licence for it. */
const WITHOUT_DRIVE: ReadonlySet<string> = new Set([
  'domainPolicy',
  'failedPrecondition',
  'FAILED_PRECONDITION',
]);

/** True where a user of the directory has no Drive to be read. */
export function isOfUserWithoutDrive(
  { users }: Pick<GoogleDriveConfig, 'users'>,
  error: unknown,
): boolean {
  return users === 'all' && error instanceof GoogleError && WITHOUT_DRIVE.has(error.reason);
}

/** As what ends the source's reading, whatever kind of failure it was. */
export async function asSource<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NotFound || error instanceof PageTokenLost) {
      throw new RetryableError(error.message, { cause: error });
    }
    throw error;
  }
}

/**
 * Names the first users and drives that cannot be read, counts the others, and says when it is
 * senseless to go on: where Google answers nothing for one after the other, the trouble is none of
 * theirs.
 */
export class StreamFailures {
  readonly #onFailure: OnFailure;
  #total = 0;
  #inRow = 0;
  #successes = 0;
  #passedOver = 0;
  #lastPassedOver: unknown;

  constructor(onFailure: OnFailure) {
    this.#onFailure = onFailure;
  }

  add(where: string, error: unknown): void {
    this.#total += 1;
    // What Google says of one user, and be it of a hundred in a row (rooms, machines, a department
    // without Drive), says nothing about the next one.
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

  /** For a user whom nobody named and who has no Drive: nothing to mend. */
  passOver(error: unknown): void {
    this.#passedOver += 1;
    this.#lastPassedOver = error;
  }

  get passedOver(): number {
    return this.#passedOver;
  }

  finish(): void {
    if (this.#passedOver > 0 && this.#successes + this.#total === 0) {
      // Nobody at all has a Drive: then it is switched off for the app, which is to be mended.
      this.#onFailure(`all ${this.#passedOver} users`, this.#lastPassedOver);
    }
    const others = this.#total - DRIVE_LIMITS.failuresNamedMax;
    if (others <= 0) return;
    this.#onFailure(
      `${others} more users and drives`,
      new RetryableError('could not be read either'),
    );
  }
}
