import { type SelectQueryBuilder, sql } from 'kysely';
import type { Tables } from './schema.ts';

export interface KeyPaging<Row> {
  /** columns that identify a row of the query, in the order of the pages */
  readonly key: readonly (keyof Row & string)[];
  /** rows per page */
  readonly size: number;
  /** all columns in this order; default: `asc` */
  readonly order?: 'asc' | 'desc';
  /** where to start: only the rows after this one; default: the first row */
  readonly after?: Partial<Row>;
}

/**
 * Yields the rows of a query in pages, in the order of a key. Each page is its own statement, which
 * compares the complete key: an index on it serves it as one range, and rows that are written or
 * deleted between two pages move no other row to another page. Ends with the first page that is not
 * full; yields no empty page.
 */
export async function* pagesByKey<Table extends keyof Tables, Row extends object>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  { key, size, order = 'asc', after }: KeyPaging<Row>,
): AsyncGenerator<Row[]> {
  const ordered = key
    .reduce((sorted, column) => sorted.orderBy(sql.ref(column), order), query)
    .limit(size);
  for (let last = after; ; ) {
    const page = last === undefined ? ordered : ordered.where(isAfter(last, { key, order }));
    const rows = await page.execute();
    if (rows.length > 0) yield rows;
    last = rows.at(-1);
    if (rows.length < size) return;
  }
}

function isAfter<Row>(
  row: Partial<Row>,
  { key, order }: Required<Pick<KeyPaging<Row>, 'key' | 'order'>>,
) {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  const values = sql.join(key.map((column) => row[column]));
  return sql<boolean>`(${columns}) ${sql.raw(order === 'asc' ? '>' : '<')} (${values})`;
}
