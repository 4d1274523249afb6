import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Who was told that a tenant is overdue, and which events have lost their people and body. */
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
    // Serves finding what is old enough to be erased; what is erased, or still waits, is not in it.
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
