import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Column types have the same meaning in SQLite and PostgreSQL: `bigint` holds epoch milliseconds
 * (SQLite gives it integer affinity), and `text` holds JSON.
 */
export const outbox: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createReadingTables(db);
    await createEventTables(db);
    await createPacingTables(db);
  },
};

async function createReadingTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('cursor')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('position', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('cursor_key', ['tenant', 'stream'])
    .execute();

  await db.schema
    .createTable('run')
    .addColumn('run_id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .addColumn('outcome', 'text')
    .addColumn('report', 'text')
    .execute();
  await db.schema.createIndex('run_by_time').on('run').columns(['tenant', 'started_at']).execute();

  await db.schema
    .createTable('lease')
    .addColumn('name', 'text', (column) => column.notNull().primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('secret')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('secret_key', ['tenant', 'name'])
    .execute();
}

async function createEventTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('event')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('event_id', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('priority', 'integer', (column) => column.notNull())
    .addColumn('shared_at', 'bigint', (column) => column.notNull())
    .addColumn('not_before', 'bigint')
    .addColumn('share', 'text', (column) => column.notNull())
    .addColumn('match', 'text')
    .addColumn('body', 'text')
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('last_status', 'integer')
    .addColumn('request_id', 'text')
    .addColumn('integration_id', 'text')
    .addColumn('errors', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('event_key', ['tenant', 'event_id'])
    .execute();
  // Used to claim events (state = pending, in order), to count by state, and to find the oldest of a
  // state. The state comes first: with the tenant first, SQLite would use the index to find events by
  // id.
  await db.schema
    .createIndex('event_by_state')
    .on('event')
    .columns(['state', 'tenant', 'priority', 'shared_at', 'event_id'])
    .execute();
  await db.schema.createIndex('event_by_time').on('event').columns(['shared_at']).execute();

  await db.schema
    .createTable('attempt')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('event_id', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('request_id', 'text')
    .addColumn('errors', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('attempt_key', ['tenant', 'event_id', 'number'])
    .addForeignKeyConstraint('attempt_event', ['tenant', 'event_id'], 'event', [
      'tenant',
      'event_id',
    ])
    .execute();
}

async function createPacingTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('call')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('calls', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('call_key', ['account', 'at'])
    .execute();

  await db.schema
    .createTable('pause')
    .addColumn('account', 'text', (column) => column.notNull().primaryKey())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute();
}
