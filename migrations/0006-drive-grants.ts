import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which items the change logs of Drive know. */
export const driveGrants: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createKnownItemsTable(db);
  },
};

async function createKnownItemsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('known_items')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('items', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('known_items_key', ['tenant', 'owner', 'since', 'number'])
    .execute();
}
