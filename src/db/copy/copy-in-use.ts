import { UserError } from '../../lib/errors.ts';

/** A run or another copy uses one of the databases. Nothing was done. */
export class DatabaseInUse extends UserError {
  override readonly name = 'DatabaseInUse';
}
