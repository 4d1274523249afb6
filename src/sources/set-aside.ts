import type { SetAsideRow } from '../db/set-aside.ts';
import type { FaultyRow } from '../vendors/faulty-row.ts';

/** What happens to rows that cannot be read: each is named, kept, and tried again later. */
export interface SetAside {
  /**
   * Takes one row. `place` says where to look for it again. Throws UserError if too many rows are
   * kept already: then the format has changed, and the cursor must not move past them.
   */
  add(row: FaultyRow, place?: object): void;
  /** kept rows that this run tries again: those of an earlier version, or all with `--full` */
  readonly retried: readonly SetAsideRow[];
}

/**
 * What is kept of a row:
 * - `row`: the row itself, because it cannot be requested again later
 * - `id`: only its id, by which its present state is requested
 * - `nothing`: every run reads the list in full
 */
export const KEPT_OF_KIND: Readonly<Record<string, 'row' | 'id' | 'nothing'>> = {
  activity: 'row',
  delivery: 'row',
  file: 'id',
};
