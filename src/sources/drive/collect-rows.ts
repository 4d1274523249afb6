import { RetryableError } from '../../lib/errors.ts';
import type { FaultyRow } from '../../vendors/faulty-row.ts';
import type { Page } from '../../vendors/google/rows.ts';

/**
 * Collects all rows of a list that fits in memory, such as drives or one item's permissions. Throws
 * RetryableError if it has more than `rowsMax` rows, faulty ones included: then it never ends.
 */
export async function collectRows<Row>(
  pages: AsyncGenerator<Page<Row>>,
  options: { readonly rowsMax: number; readonly onFaultyRow: (row: FaultyRow) => void },
): Promise<Row[]> {
  const { rowsMax, onFaultyRow } = options;
  const all: Row[] = [];
  let count = 0;
  for await (const { rows, faulty = [] } of pages) {
    count += rows.length + faulty.length;
    if (count > rowsMax) {
      throw new RetryableError(
        `a list of Google does not end: it has more than ${rowsMax} rows, which must fit in memory`,
      );
    }
    for (const row of rows) all.push(row);
    faulty.forEach(onFaultyRow);
  }
  return all;
}
