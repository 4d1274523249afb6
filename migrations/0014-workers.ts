import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The processes that take runs from the shared queue, and the tenants that they run. */
export const workers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('worker')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('host', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .addColumn('runs', 'text', (column) => column.notNull())
      .execute();
  },
};
