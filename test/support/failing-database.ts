import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../src/db/schema.ts';
import { ON_SQLITE } from './database.ts';

/** From now on, statements that write fail with a DatabaseError. */
export async function breakDatabase(db: Database): Promise<void> {
  if (ON_SQLITE) await sql`pragma query_only = on`.execute(db);
  else await sql`alter schema sharetrail rename to away`.execute(db);
}

export async function repairDatabase(db: Database): Promise<void> {
  if (ON_SQLITE) await sql`pragma query_only = off`.execute(db);
  else await sql`alter schema away rename to sharetrail`.execute(db);
}

interface Failure {
  readonly table: string;
  /** only rows with this event ID; absent: all */
  readonly eventId?: string;
  /** without quotes */
  readonly message: string;
}

/** From now on, inserts into a table fail as a violated constraint does. Returns how to end that. */
export function failInserts(db: Database, failure: Failure): Promise<() => Promise<void>> {
  const { table, eventId, message } = failure;
  return addTrigger(db, {
    table,
    when: 'before',
    condition: eventId === undefined ? sql`` : sql`when (new.event_id = ${sql.lit(eventId)})`,
    sqlite: `select raise(abort, '${message}')`,
    postgres: `raise integrity_constraint_violation using message = '${message}'`,
  });
}

/** Gives every lease to another process as soon as a row is inserted into `table`. */
export async function stealLeaseAt(db: Database, table: string): Promise<void> {
  const statement = "update lease set holder = 'another process'";
  await addTrigger(db, {
    table,
    when: 'after',
    condition: sql``,
    sqlite: statement,
    postgres: statement,
  });
}

interface Trigger {
  readonly table: string;
  readonly when: 'before' | 'after';
  readonly condition: RawBuilder<unknown>;
  readonly sqlite: string;
  readonly postgres: string;
}

/** For each row that is inserted. Returns how to remove it. */
async function addTrigger(
  db: Database,
  { table, when, condition, sqlite, postgres }: Trigger,
): Promise<() => Promise<void>> {
  const on = sql.table(table);
  if (ON_SQLITE) {
    await sql`
      create trigger test_trigger ${sql.raw(when)} insert on ${on} ${condition} begin ${sql.raw(sqlite)}; end
    `.execute(db);
    return async () => void (await sql`drop trigger test_trigger`.execute(db));
  }
  const body = `begin ${postgres}; return new; end`;
  await sql`
    create function test_trigger() returns trigger language plpgsql as ${sql.lit(body)}
  `.execute(db);
  await sql`
    create trigger test_trigger ${sql.raw(when)} insert on ${on}
    for each row ${condition} execute function test_trigger()
  `.execute(db);
  return async () => void (await sql`drop trigger test_trigger on ${on}`.execute(db));
}
