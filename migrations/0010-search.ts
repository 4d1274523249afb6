import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * What events can be found by. `search_queue` names events whose terms are not indexed yet, in the
 * order of writing; `search_document` gives each indexed event a number; `search_index` maps hashed
 * terms to these numbers.
 */
export const search: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('search_queue')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('event_ids', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('search_document')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('event_id', 'text', (column) => column.notNull())
      .addColumn('shared_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('search_document_key', ['tenant', 'event_id'])
      .execute();
    // No event on PostgreSQL is older than this migration.
    if (isPostgres(db)) return createPostgresIndex(db);
    await createIndex(db);
    await sql`
      insert into search_queue (tenant, event_ids)
      select tenant, json_array(event_id) from event order by shared_at
    `.execute(db);
  },
};

async function createPostgresIndex(db: Kysely<unknown>): Promise<void> {
  await sql`create table search_index (rowid bigint primary key, terms text[] not null)`.execute(
    db,
  );
  await sql`create index search_index_by_term on search_index using gin (terms)`.execute(db);
}

/** Stores no text and no positions: terms are only looked up. */
async function createIndex(db: Kysely<unknown>): Promise<void> {
  await sql`
    create virtual table search_index using fts5(
      terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
    )
  `.execute(db);
  // Deleted terms leave the file at once, not at some later merge.
  await sql`insert into search_index (search_index, rank) values ('secure-delete', 1)`.execute(db);
}

function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
