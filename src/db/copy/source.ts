import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { DatabaseError, UserError } from '../../lib/errors.ts';
import { databaseTime } from '../database-time.ts';
import { isPostgres } from '../is-postgres.ts';
import { holderText, isValidLease } from '../leases.ts';
import { requireKnownSchema } from '../migrate.ts';
import { type OpenOptions, openDatabase } from '../open.ts';
import { databaseExists } from '../open-current.ts';
import type { Database, Statement } from '../schema.ts';
import { liveWorkers } from '../workers.ts';
import { DatabaseInUse } from './copy-in-use.ts';
import { ALL_TABLES } from './table-plans.ts';

/** Opens FROM, and changes nothing. Throws UserError if it does not exist or has another schema. */
export async function openSource(
  database: string,
  waits: Required<Pick<OpenOptions, 'clock' | 'signal'>>,
): Promise<Database> {
  if (!(await databaseExists({ database, access: 'read', ...waits }))) {
    throw new UserError('there is no database of sharetrail', {
      hint: 'Check the address. A relative path starts in the working directory.',
    });
  }
  const db = openDatabase({ database, access: 'write', ...waits });
  try {
    if ((await requireKnownSchema(db)) === 'current') return db;
    throw new DatabaseError('the database has the schema of an earlier version', {
      hint: 'Run `sharetrail sync` once with this database: it migrates it. Then copy it.',
    });
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/**
 * Keeps writers out of FROM until the transaction ends, even if this process is killed, and sees its
 * rows as they are now. SQLite's transaction does that itself.
 */
export async function lockSource(trx: Statement, clock: Clock): Promise<void> {
  if (isPostgres(trx)) {
    const tables = sql.join(ALL_TABLES.map((table) => sql.table(table)));
    await sql`lock table ${tables} in share mode`.execute(trx);
  }
  await requireUnused(trx, clock);
}

/**
 * Throws DatabaseInUse if a process has a lease, other than of `except`, or takes runs from the
 * queue.
 */
export async function requireUnused(
  trx: Statement,
  clock: Clock,
  except: readonly string[] = [],
): Promise<void> {
  const now = await databaseTime(trx, clock);
  const leases = await trx.selectFrom('lease').selectAll().execute();
  const valid = leases.find((lease) => !except.includes(lease.name) && isValidLease(lease, now));
  if (valid !== undefined) {
    const until = new Date(valid.until).toISOString();
    throw new DatabaseInUse(holderText(valid.name), {
      hint: `${STOP_ALL} If that process is dead, its lease expires at ${until}.`,
    });
  }
  const [worker] = await liveWorkers(trx, now);
  if (worker === undefined) return;
  throw new DatabaseInUse(`a process on ${worker.host} takes runs from its queue`, {
    hint: `${STOP_ALL} A process that was killed counts as alive for 20 s.`,
  });
}

const STOP_ALL = 'Stop `sharetrail start` and all workers, wait for runs to end, and try again.';
