import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * `call_total`: the calls of each Gong account after a point in time, so that pacing does not sum a
 * day for each call. `event_deferred`: the pending events that wait for a later run, which each run
 * looks up before it sends its first event.
 */
export const callTotal: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('call_total')
      .addColumn('account', 'text', (column) => column.notNull().primaryKey())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('calls', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('event_deferred')
      .on('event')
      .columns(['tenant', 'not_before'])
      .where(sql<boolean>`state = 'pending' and not_before is not null`)
      .execute();
  },
};
