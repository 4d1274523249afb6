import { sql } from 'kysely';
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
export async function failInserts(db: Database, failure: Failure): Promise<() => Promise<void>> {
  const { table, eventId, message } = failure;
  const when = eventId === undefined ? sql`` : sql`when (new.event_id = ${sql.lit(eventId)})`;
  const onTable = sql.table(table);
  if (ON_SQLITE) {
    await sql`
      create trigger fail before insert on ${onTable} ${when}
      begin select raise(abort, ${sql.lit(message)}); end
    `.execute(db);
    return async () => void (await sql`drop trigger fail`.execute(db));
  }
  await sql`
    create function fail() returns trigger language plpgsql as
    ${sql.lit(`begin raise integrity_constraint_violation using message = '${message}'; end`)}
  `.execute(db);
  await sql`
    create trigger fail before insert on ${onTable} for each row ${when} execute function fail()
  `.execute(db);
  return async () => void (await sql`drop trigger fail on ${onTable}`.execute(db));
}
