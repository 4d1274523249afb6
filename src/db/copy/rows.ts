import { sql } from 'kysely';
import { isPostgres } from '../is-postgres.ts';
import { COPY_LIMITS } from '../limits.ts';
import { pagesByKey } from '../pages-by-key.ts';
import type { Statement } from '../schema.ts';
import type { Row } from './checksum.ts';
import type { ComparedTable, TableName } from './table-plans.ts';

/**
 * Counts that fell to zero keep a row in the database where they were counted, but have none in a
 * copy.
 */
function countsOf({ treatment }: ComparedTable) {
  return treatment === 'counted' ? sql<boolean>`events <> 0` : sql<boolean>`1 = 1`;
}

/** Yields the rows in the order of the key, which both databases sort by bytes, in pages. */
export function readPages(db: Statement, table: ComparedTable): AsyncGenerator<Row[]> {
  const rows = db.selectFrom(table.name).selectAll().where(countsOf(table)).$castTo<Row>();
  return pagesByKey(rows, { key: table.key, size: COPY_LIMITS.rowsPerPage });
}

export async function countRows(db: Statement, table: ComparedTable): Promise<number> {
  const { rows } = await sql<{ rows: number }>`
    select count(*) as rows from ${sql.table(table.name)} where ${countsOf(table)}
  `.execute(db);
  return rows[0]?.rows ?? 0;
}

export async function hasRows(db: Statement, table: TableName): Promise<boolean> {
  const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
  return rows.length > 0;
}

export async function insertRows(
  trx: Statement,
  table: TableName,
  rows: readonly Row[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
  await sql`
    insert into ${sql.table(table)} (${names}) values ${sql.join(values)}
  `.execute(trx);
}

/** `tables`: a table after those that it refers to. */
export async function clearTables(trx: Statement, tables: readonly TableName[]): Promise<void> {
  if (isPostgres(trx)) {
    const all = [...tables.map((table) => sql.table(table)), sql.table('search_index')];
    await sql`truncate ${sql.join(all)}`.execute(trx);
    return;
  }
  for (const table of tables.toReversed()) await sql`delete from ${sql.table(table)}`.execute(trx);
}

/** The statistics that PostgreSQL plans by would otherwise be those of empty tables. */
export async function analyzeTables(db: Statement, tables: readonly TableName[]): Promise<void> {
  if (!isPostgres(db)) return;
  for (const table of tables) await sql`analyze ${sql.table(table)}`.execute(db);
}

/** PostgreSQL stores no NUL character in a text: its driver replaces each one. */
export function storableRows(db: Statement, rows: readonly Row[]) {
  if (!isPostgres(db)) return { rows, replaced: 0 };
  let replaced = 0;
  const stored = (value: unknown) => {
    if (typeof value !== 'string' || !value.includes('\0')) return value;
    replaced += 1;
    return value.replaceAll('\0', '\uFFFD');
  };
  const all = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, stored(value)])),
  );
  return { rows: all, replaced };
}
