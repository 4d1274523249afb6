import { sql } from 'kysely';
import { isPostgres } from './is-postgres.ts';
import { WORKER_LIMITS } from './limits.ts';
import type { Statement } from './schema.ts';
import { QUEUE_NAME, QUEUE_SCHEMA } from './schema-exists.ts';

/** `standby`: a `start` that takes runs only while no worker is alive. */
export type WorkerRole = 'worker' | 'standby';

/** A process that takes runs from the shared queue. Times are epoch milliseconds of the database. */
export interface StoredWorker {
  readonly id: string;
  readonly role: WorkerRole;
  readonly host: string;
  readonly startedAt: number;
  readonly seenAt: number;
  /** the tenants that it runs */
  readonly runs: readonly string[];
}

/** Records that the worker is alive, and deletes those that were not seen for too long. */
export async function reportWorker(db: Statement, worker: StoredWorker): Promise<void> {
  const { id, role, host, startedAt: started_at, seenAt: seen_at } = worker;
  const runs = JSON.stringify(worker.runs);
  await db
    .insertInto('worker')
    .values({ id, role, host, started_at, seen_at, runs })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ role, seen_at, runs }))
    .execute();
  await db
    .deleteFrom('worker')
    .where('seen_at', '<=', seen_at - WORKER_LIMITS.deadAfterMs)
    .execute();
}

/** Deletes the worker's row: it has ended, or takes no runs anymore. */
export async function removeWorker(db: Statement, id: string): Promise<void> {
  await db.deleteFrom('worker').where('id', '=', id).execute();
}

/** The workers that are alive at `now`, those that started first first. */
export async function liveWorkers(db: Statement, now: number): Promise<StoredWorker[]> {
  const rows = await db
    .selectFrom('worker')
    .selectAll()
    .where('seen_at', '>', now - WORKER_LIMITS.deadAfterMs)
    .orderBy('started_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    role: row.role === 'standby' ? 'standby' : 'worker',
    host: row.host,
    startedAt: row.started_at,
    seenAt: row.seen_at,
    runs: JSON.parse(row.runs) as string[],
  }));
}

/** Runs in the shared queue. `waiting` can start now; `delayed` later; `active` are in progress. */
export interface QueueDepth {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
}

/**
 * Counts what is in our queue; undefined without a queue that this role may read, as on SQLite.
 * Reads pg-boss's own table, so that a command that only shows the numbers does not load pg-boss.
 */
export async function queueDepth(db: Statement): Promise<QueueDepth | undefined> {
  if (!isPostgres(db)) return undefined;
  if (!(await mayReadQueue(db))) return undefined;
  const { rows } = await sql<QueueDepth>`
    select
      count(*) filter (where state < 'active' and start_after <= now()) as waiting,
      count(*) filter (where state < 'active' and start_after > now()) as delayed,
      count(*) filter (where state = 'active') as active
    from pgboss.job where name = ${QUEUE_NAME} and state <= 'active'
  `.execute(db);
  return rows[0];
}

/** False also for the schema of another program, into which even a look by name would fail. */
async function mayReadQueue(db: Statement): Promise<boolean> {
  const { rows } = await sql`
    select from pg_class job join pg_namespace schema on schema.oid = job.relnamespace
    where nspname = ${QUEUE_SCHEMA} and relname = 'job'
      and has_schema_privilege(schema.oid, 'usage') and has_table_privilege(job.oid, 'select')
  `.execute(db);
  return rows.length > 0;
}
