import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Vendor rows that could not be read, kept until a later version can read them. */
export const setAsideRows: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('set_aside')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('problem', 'text', (column) => column.notNull())
      .addColumn('row', 'text')
      .addColumn('place', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('set_aside_key', ['tenant', 'source', 'kind', 'id'])
      .execute();
  },
};
