import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The record of Google Drive: external grants, and audit log entries that are being processed. */
export const drive: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createGrantTable(db);
    await createActivityTable(db);
  },
};

async function createGrantTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('grant')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('item', 'text', (column) => column.notNull())
    .addColumn('grantee', 'text', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('inherited', 'integer', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('seen_by', 'text', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('granted_at', 'bigint')
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('removed', 'integer', (column) => column.notNull())
    .addColumn('swept_at', 'bigint')
    .addColumn('event_id', 'text')
    .addPrimaryKeyConstraint('grant_key', ['tenant', 'item', 'grantee', 'generation'])
    .execute();
  // Used at the end of a sweep: finds an owner's grants that it did not see.
  await db.schema.createIndex('grant_by_owner').on('grant').columns(['tenant', 'owner']).execute();
  // Used to find the grants of a person.
  await db.schema
    .createIndex('grant_by_grantee')
    .on('grant')
    .columns(['tenant', 'grantee'])
    .execute();
}

async function createActivityTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('activity')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('item', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('handled', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('activity_key', ['tenant', 'key'])
    .execute();
  // Used to form acts in order of time, and to delete entries that were handled long ago.
  await db.schema
    .createIndex('activity_by_time')
    .on('activity')
    .columns(['tenant', 'handled', 'at', 'key'])
    .execute();
}
