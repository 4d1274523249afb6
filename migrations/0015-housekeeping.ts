import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** When processes with the same tenants last began what one of them does for all, once per hour. */
export const housekeeping: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('housekeeping')
      .addColumn('duties', 'text', (column) => column.primaryKey())
      .addColumn('begun_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
