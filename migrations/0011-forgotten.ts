import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The people whose data was erased, as keyed hashes of their addresses, so that what was shared with
 * them is not reported again. `forgotten_key` has at most one row: the random key.
 */
export const forgotten: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('forgotten')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('forgotten_pk', ['tenant', 'person'])
      .execute();
    await db.schema
      .createTable('forgotten_key')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('key', 'text', (column) => column.notNull())
      .execute();
  },
};
