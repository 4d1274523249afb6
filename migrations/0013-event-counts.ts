import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * How many events there are, by what operators ask for: triggers keep the counts, so no writer can
 * forget them and no reader has to count a million events. Two indexes list the few events that have
 * a reason, and those whose rejection can still be fixed.
 */
export const eventCounts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createTable(db);
    await (isPostgres(db) ? createPostgresTriggers(db) : createTriggers(db));
    await sql`
      create index event_by_reason on event (tenant, reason, state, priority, shared_at, event_id)
      where reason is not null
    `.execute(db);
    await sql`
      create index event_rejected on event (state, tenant, updated_at)
      where state = 'rejected' and erased_at is null
    `.execute(db);
  },
};

/** `reason` is empty for events without one, because a key has no nulls. */
async function createTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('event_count')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('priority', 'integer', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('events', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('event_count_key', ['tenant', 'state', 'source', 'priority', 'reason'])
    .modifyEnd(isPostgres(db) ? sql`` : sql`without rowid`)
    .execute();
  await sql`
    insert into event_count (tenant, state, source, priority, reason, events)
    select tenant, state, source, priority, coalesce(reason, ''), count(*) from event
    group by 1, 2, 3, 4, 5
  `.execute(db);
}

const COUNT_NEW = sql`
  insert into event_count (tenant, state, source, priority, reason, events)
  values (new.tenant, new.state, new.source, new.priority, coalesce(new.reason, ''), 1)
  on conflict (tenant, state, source, priority, reason) do update set events = events + 1
`;

const DISCOUNT_OLD = sql`
  update event_count set events = events - 1
  where tenant = old.tenant and state = old.state and source = old.source
    and priority = old.priority and reason = coalesce(old.reason, '')
`;

const COUNTED = ['tenant', 'state', 'source', 'priority', 'reason'] as const;
const OLD = sql.join(COUNTED.map((column) => sql.ref(`old.${column}`)));
const NEW = sql.join(COUNTED.map((column) => sql.ref(`new.${column}`)));
/** False if an event is settled and stays pending, for example after a 503. */
const COUNT_CHANGES = sql`(${OLD}) is not (${NEW})`;

async function createTriggers(db: Kysely<unknown>): Promise<void> {
  await sql`create trigger event_added after insert on event begin ${COUNT_NEW}; end`.execute(db);
  await sql`create trigger event_deleted after delete on event begin ${DISCOUNT_OLD}; end`.execute(
    db,
  );
  await sql`
    create trigger event_changed
    after update of tenant, state, source, priority, reason on event when ${COUNT_CHANGES}
    begin ${DISCOUNT_OLD}; ${COUNT_NEW}; end
  `.execute(db);
}

/**
 * One change of the counts for all rows of a statement: PostgreSQL keeps the previous version of each
 * changed row. In the order of the key, so that two transactions do not wait for each other.
 */
async function createPostgresTriggers(db: Kysely<unknown>): Promise<void> {
  await createPostgresTrigger(db, { on: 'insert', tables: 'new table as added' });
  await createPostgresTrigger(db, { on: 'delete', tables: 'old table as removed' });
  await createPostgresTrigger(db, {
    on: 'update',
    tables: 'new table as added old table as removed',
  });
}

const ROWS: Readonly<Record<'insert' | 'update' | 'delete', string>> = {
  insert: 'select *, 1 as change from added',
  delete: 'select *, -1 as change from removed',
  update: 'select *, 1 as change from added union all select *, -1 as change from removed',
};

async function createPostgresTrigger(
  db: Kysely<unknown>,
  { on, tables }: { readonly on: keyof typeof ROWS; readonly tables: string },
): Promise<void> {
  const name = sql.ref(`event_counts_on_${on}`);
  const body = `
    begin
      insert into event_count as kept (tenant, state, source, priority, reason, events)
      select tenant, state, source, priority, coalesce(reason, ''), sum(change)
      from (${ROWS[on]}) as changed
      group by 1, 2, 3, 4, 5 having sum(change) <> 0 order by 1, 2, 3, 4, 5
      on conflict (tenant, state, source, priority, reason)
      do update set events = kept.events + excluded.events;
      return null;
    end
  `;
  await sql`create function ${name}() returns trigger language plpgsql as ${sql.lit(body)}`.execute(
    db,
  );
  await sql`
    create trigger ${name} after ${sql.raw(on)} on event referencing ${sql.raw(tables)}
    for each statement execute function ${name}()
  `.execute(db);
}

function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
