import { RetryableError } from '../../lib/errors.ts';
import type { FaultyRow } from '../../vendors/faulty-row.ts';
import type { Page } from '../../vendors/google/rows.ts';

export interface ListLimit {
  readonly rowsMax: number;
  readonly onFaultyRow: (row: FaultyRow) => void;
}

/** Collects all rows of a list that fits in memory, such as drives or one item's permissions. */
export async function collectRows<Row>(
  pages: AsyncGenerator<Page<Row>>,
  limit: ListLimit,
): Promise<Row[]> {
  const all: Row[] = [];
  for await (const rows of limitedPages(pages, limit)) for (const row of rows) all.push(row);
  return all;
}

/**
 * The rows of each page. Throws RetryableError if the list has more than `rowsMax` rows, faulty ones
 * included: then it never ends.
 */
export async function* limitedPages<Row>(
  pages: AsyncGenerator<Page<Row>>,
  { rowsMax, onFaultyRow }: ListLimit,
): AsyncGenerator<readonly Row[]> {
  let count = 0;
  for await (const { rows, faulty = [] } of pages) {
    count += rows.length + faulty.length;
    if (count > rowsMax) {
      throw new RetryableError(
        `a list of Google does not end: it has more than ${rowsMax} rows, which must fit in memory`,
      );
    }
    yield rows;
    faulty.forEach(onFaultyRow);
  }
}
