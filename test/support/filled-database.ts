import { sql } from 'kysely';
import { COMPARED_TABLES } from '../../src/db/copy/table-plans.ts';
import type { Database } from '../../src/db/schema.ts';

/** Adds a row to each table that has none, so that no table is copied only by chance. */
export async function fillEmptyTables(db: Database): Promise<void> {
  const found = await db.introspection.getTables();
  const [event] = await rowsOf(db, 'event');
  for (const { name } of COMPARED_TABLES) {
    if ((await rowsOf(db, name)).length > 0) continue;
    const columns = found.find((table) => table.name === name)?.columns ?? [];
    const names = columns.map((column) => sql.ref(column.name));
    // An attempt refers to an event.
    const key = (column: string) =>
      name === 'attempt' && /^(?:tenant|event_id)$/.test(column) ? event?.[column] : undefined;
    const values = columns.map(
      (column) => key(column.name) ?? (/text/i.test(column.dataType) ? 'äöü 🎈' : 1),
    );
    await sql`
      insert into ${sql.table(name)} (${sql.join(names)}) values (${sql.join(values)})
    `.execute(db);
  }
}

export type StoredRow = Readonly<Record<string, unknown>>;

export async function rowsOf(db: Database, table: string): Promise<StoredRow[]> {
  const { rows } = await sql<StoredRow>`select * from ${sql.table(table)}`.execute(db);
  return rows;
}

/** All rows of all compared tables, in an order that does not depend on the database. */
export async function contentOf(
  db: Database,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const content: Record<string, string[]> = {};
  for (const { name } of COMPARED_TABLES) {
    const rows = await rowsOf(db, name);
    const kept = name === 'event_count' ? rows.filter((row) => row['events'] !== 0) : rows;
    content[name] = kept.map((row) => JSON.stringify(Object.entries(row).toSorted())).toSorted();
  }
  return content;
}
