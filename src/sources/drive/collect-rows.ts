import type { FaultyRow } from '../../vendors/faulty-row.ts';
import type { Page } from '../../vendors/google/rows.ts';

/** Collects all rows of a short list, such as drives or one item's permissions. */
export async function collectRows<Row>(
  pages: AsyncGenerator<Page<Row>>,
  onFaultyRow: (row: FaultyRow) => void,
): Promise<Row[]> {
  const all: Row[] = [];
  for await (const { rows, faulty = [] } of pages) {
    all.push(...rows);
    faulty.forEach(onFaultyRow);
  }
  return all;
}
