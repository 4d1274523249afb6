import { sql } from 'kysely';
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { POSTGRES_LIMITS } from '../../src/db/limits.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { administer, createDatabase } from '../support/postgres/databases.ts';

const GATE = 4_711;
/** A statement of a migration that takes as long as another session keeps the gate closed. */
const SLOW_STATEMENT = `
  create table public.seen (statement_timeout text);
  create function public.wait_at_gate() returns event_trigger language plpgsql as $$
  begin
    if exists (select from pg_event_trigger_ddl_commands() where object_identity = 'sharetrail.event')
    then
      insert into public.seen values (current_setting('statement_timeout'));
      perform pg_advisory_xact_lock(${GATE});
    end if;
  end $$;
  create event trigger gate on ddl_command_end when tag in ('CREATE TABLE')
    execute function public.wait_at_gate()`;
const WAITING = "select from pg_locks where locktype = 'advisory' and not granted";

const server = inject('postgres');
let name: string;
let url: string;
beforeEach(async () => {
  const database = await createDatabase(server, 'empty');
  ({ name, url } = database);
  onTestFinished(database.drop);
});
afterEach(() => vi.useRealTimers());

function opened(): Database {
  const db = openDatabase({ database: url, access: 'write' });
  onTestFinished(() => db.destroy());
  return db;
}

/** Resolves once `count` sessions of the database wait for an advisory lock. */
async function untilWaiting(count: number): Promise<void> {
  for (;;) {
    const waiting = await administer(
      server,
      `${WAITING} and database = (
      select oid from pg_database where datname = '${name}')`,
    );
    if (waiting.length === count) return;
  }
}

/** More time passes than a statement has, for the driver; the server shows which limit it has. */
test('a migration, and a process that waits for it, may take longer than a statement', async () => {
  await administer(server, SLOW_STATEMENT, name);
  const [gate, one, other] = [opened(), opened(), opened()];
  let migrations: Promise<unknown> | undefined;
  await gate.connection().execute(async (session) => {
    await sql`select pg_advisory_lock(${sql.lit(GATE)})`.execute(session);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const first = migrate(one);
    await untilWaiting(1);
    migrations = Promise.all([first, migrate(other)]);
    await untilWaiting(2);
    await vi.advanceTimersByTimeAsync(POSTGRES_LIMITS.answerMsMax + 1);
    await sql`select pg_advisory_unlock(${sql.lit(GATE)})`.execute(session);
  });
  await migrations;
  expect(await administer(server, 'select * from public.seen', name)).toEqual([
    { statement_timeout: '0' },
  ]);
  const { rows } = await sql`select current_setting('statement_timeout') as limit`.execute(one);
  expect(rows).toEqual([{ limit: '1min' }]);
});
