import type { GoogleDriveConfig } from '../../config/types.ts';
import { DatabaseError, RetryableError, UserError } from '../../lib/errors.ts';
import { SESSION_INVALID } from '../../vendors/google/classify.ts';
import { GoogleError, NotFound, PageTokenLost } from '../../vendors/google/errors.ts';

/** True if the error concerns one user or shared drive, so that the others can still be read. */
export function concernsOneOwner(error: unknown): boolean {
  if (error instanceof GoogleError && error.concerns === 'everyone') return false;
  return isGoogleFailure(error);
}

/**
 * True for an error that Google returns both for a scope that was not granted and for a user of
 * another Workspace. If another user gets the same scope, the scope was granted.
 */
export function mayBeMissingScope(error: unknown): boolean {
  return error instanceof GoogleError && error.reason === 'unauthorized_client';
}

/** True for a failure of Google; false for a requested stop, a database failure or a bug. */
export function isGoogleFailure(error: unknown): boolean {
  if (error instanceof DatabaseError) return false;
  return (
    error instanceof UserError ||
    error instanceof RetryableError ||
    error instanceof NotFound ||
    error instanceof PageTokenLost
  );
}

/** Google's reasons for a user whose Drive is switched off, or who has no license for it. */
const WITHOUT_DRIVE: ReadonlySet<string> = new Set([
  'domainPolicy',
  'failedPrecondition',
  'FAILED_PRECONDITION',
  SESSION_INVALID,
]);

/**
 * True if the error means that a user has no Drive, and the configuration reads all users. A user
 * whom it lists must have one.
 */
export function isUserWithoutDrive(
  { users }: Pick<GoogleDriveConfig, 'users'>,
  error: unknown,
): boolean {
  return users === 'all' && error instanceof GoogleError && WITHOUT_DRIVE.has(error.reason);
}

/** Rethrows NotFound and PageTokenLost as RetryableError, which ends the source's reading. */
export async function asRetryable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NotFound || error instanceof PageTokenLost) {
      throw new RetryableError(error.message, { cause: error });
    }
    throw error;
  }
}
