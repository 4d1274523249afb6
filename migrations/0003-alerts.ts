import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which overdue tenants were alerted, and which events retention has erased. */
export const alerts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('overdue')
      .addColumn('tenant', 'text', (column) => column.notNull().primaryKey())
      .addColumn('schedule', 'text', (column) => column.notNull())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('told_for', 'bigint')
      .execute();

    await db.schema.alterTable('event').addColumn('erased_at', 'bigint').execute();
    // Used to find events that are old enough to erase. Erased and unsettled events are not in it.
    await db.schema
      .createIndex('event_by_age')
      .on('event')
      .columns(['state', 'updated_at'])
      .where(
        sql<boolean>`erased_at is null and state in ('delivered', 'duplicate', 'rejected', 'skipped')`,
      )
      .execute();
  },
};
