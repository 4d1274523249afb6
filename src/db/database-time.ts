import { sql } from 'kysely';
import { type Clock, systemClock } from '../lib/clock.ts';
import { isPostgres } from './is-postgres.ts';
import type { Statement } from './schema.ts';

/**
 * The time that all processes agree on, in epoch milliseconds: the server's, or that of the machine
 * that has the SQLite file. A simulated clock replaces both.
 */
export async function databaseTime(db: Statement, clock: Pick<Clock, 'now'>): Promise<number> {
  if (!hasOwnClock(db, clock)) return clock.now();
  const { rows } = await sql<{ now: number }>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now
  `.execute(db);
  return rows[0]?.now ?? clock.now();
}

/** Whether the database has a clock of its own, because several machines can use it. */
export function hasOwnClock(db: Statement, clock: Pick<Clock, 'now'>): boolean {
  return clock === systemClock && isPostgres(db);
}
