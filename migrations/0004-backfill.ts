import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Backfill windows, and audit log entries that belong to a window instead of `sync`. */
export const backfill: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createBackfillTable(db);
    await giveActivitiesLanes(db);
  },
};

async function createBackfillTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('backfill')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('window', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('until', 'bigint')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('backfill_key', ['tenant', 'source', 'window'])
    .execute();
}

/** Copies the table, because the lane becomes part of its key. */
async function giveActivitiesLanes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('activity_with_lane')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('lane', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('item', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('handled', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('activity_with_lane_key', ['tenant', 'lane', 'key'])
    .execute();
  await sql`
    insert into activity_with_lane (tenant, lane, key, at, item, actor, payload, handled)
    select tenant, '', key, at, item, actor, payload, handled from activity
  `.execute(db);
  await db.schema.dropTable('activity').execute();
  await db.schema.alterTable('activity_with_lane').renameTo('activity').execute();
  // Used to form acts in order of time, and to delete entries that were handled long ago.
  await db.schema
    .createIndex('activity_by_time')
    .on('activity')
    .columns(['tenant', 'lane', 'handled', 'at', 'key'])
    .execute();
}
