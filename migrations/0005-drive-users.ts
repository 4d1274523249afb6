import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The addresses of Google users. The next run of a tenant renames its cursors from addresses to user
 * ids: only Google knows the ids.
 */
export const driveUsers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createAddressTable(db);
  },
};

async function createAddressTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('drive_address')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('until', 'bigint')
    .addColumn('is_primary', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('drive_address_key', ['tenant', 'address', 'user_id', 'since'])
    .execute();
}
