import { type RawBuilder, sql } from 'kysely';
import { isPostgres } from './is-postgres.ts';
import type { Statement } from './schema.ts';

/** A numbered document and the hashed terms that find it. The terms are hexadecimal. */
export interface IndexedDocument {
  readonly id: number;
  readonly terms: Iterable<string>;
}

/**
 * Adds documents to `search_index`: a virtual table of SQLite's full-text search, or a table with an
 * inverted index on PostgreSQL.
 */
export async function addToTextIndex(
  trx: Statement,
  documents: readonly IndexedDocument[],
): Promise<void> {
  const stored = isPostgres(trx)
    ? (terms: Iterable<string>) => [...terms]
    : (terms: Iterable<string>) => [...terms].join(' ');
  const values = documents.map(({ id, terms }) => sql`(${id}, ${stored(terms)})`);
  await sql`insert into search_index (rowid, terms) values ${sql.join(values)}`.execute(trx);
}

export async function removeFromTextIndex(trx: Statement, ids: readonly number[]): Promise<void> {
  if (isPostgres(trx)) {
    if (ids.length > 0)
      await sql`delete from search_index where rowid in (${sql.join(ids)})`.execute(trx);
    return;
  }
  // One by one, because that is how the full-text index of SQLite deletes.
  for (const id of ids) await sql`delete from search_index where rowid = ${id}`.execute(trx);
}

/**
 * `from … where …`: the rows of `search_document`, named `document`, that have all terms of at least
 * one alternative. The index finds them first: in the order of time, SQLite would read all events.
 */
export function documentsWithTerms(
  db: Statement,
  anyOf: readonly (readonly string[])[],
): RawBuilder<unknown> {
  if (!isPostgres(db)) {
    return sql`
      from search_index cross join search_document as document on document.id = search_index.rowid
      where search_index match ${matchExpression(anyOf)}
    `;
  }
  const alternatives = anyOf.map((terms) => sql`search_index.terms @> ${[...terms]}::text[]`);
  return sql`
    from search_index join search_document as document on document.id = search_index.rowid
    where (${sql.join(alternatives, sql` or `)})
  `;
}

/** FTS5's syntax: `("a" AND "b") OR ("c")`. */
function matchExpression(anyOf: readonly (readonly string[])[]): string {
  const alternatives = anyOf.map((terms) => terms.map((term) => `"${term}"`).join(' AND '));
  return alternatives.map((terms) => `(${terms})`).join(' OR ');
}

/** The length of a JSON list in a text column. */
export function listLength(db: Statement, column: string): RawBuilder<number> {
  return isPostgres(db)
    ? sql<number>`json_array_length(${sql.ref(column)}::json)`
    : sql<number>`json_array_length(${sql.ref(column)})`;
}

/**
 * Removes the terms of deleted documents from the index's data. On SQLite, deleting a document only
 * marks its terms, and someone who knows an address could find its mark: rewrites the index, like
 * `vacuum` the file. On PostgreSQL, `eraseTraces` rewrites it.
 */
export async function purgeTextIndex(db: Statement): Promise<void> {
  if (isPostgres(db)) return;
  await sql`insert into search_index (search_index) values ('optimize')`.execute(db);
}
