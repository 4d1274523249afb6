import type { RunError, Stage } from '../db/run-report.ts';
import { UserError } from '../lib/errors.ts';
import type { FaultyRow } from '../vendors/faulty-row.ts';
import { SET_ASIDE_LIMITS } from './limits.ts';
import { runError } from './stage-errors.ts';

const HINT =
  'The other rows were read, and the cursor moved on. Rows of a log are kept in the database, and ' +
  'tried again by the next version of sharetrail and by sync --full. Please report this message.';

/** Counts the faulty rows of a stage, and names the first ones. */
export class FaultyRowReport {
  readonly #named = new Map<string, string>();
  readonly #keys = new Set<string>();

  add({ kind, id, problem }: FaultyRow): void {
    const key = `${kind} ${id}`;
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    if (this.#named.size >= SET_ASIDE_LIMITS.rowsNamedMax) return;
    this.#named.set(key, `${key} (${problem})`);
  }

  /** undefined: no row was faulty */
  errorOf(stage: Stage): RunError | undefined {
    const count = this.#keys.size;
    if (count === 0) return undefined;
    const others = count - this.#named.size;
    const named = [...this.#named.values(), ...(others > 0 ? [`${others} more`] : [])].join(', ');
    const message =
      count === 1
        ? `1 row could not be read and was set aside: ${named}`
        : `${count} rows could not be read and were set aside: ${named}`;
    return runError(stage, new UserError(message, { hint: HINT }));
  }
}
