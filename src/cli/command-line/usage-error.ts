import { UserError } from '../../lib/errors.ts';

/** The command line is invalid; nothing was started. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';
}
