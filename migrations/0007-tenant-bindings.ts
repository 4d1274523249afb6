import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The accounts that each tenant is bound to: its Salesforce org, Google customer, and Gong account. */
export const tenantBindings: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('binding')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('vendor', 'text', (column) => column.notNull())
      .addColumn('identity', 'text', (column) => column.notNull())
      .addColumn('read_from', 'bigint')
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('binding_key', ['tenant', 'vendor'])
      .execute();
  },
};
