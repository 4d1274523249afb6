import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { databaseTime } from '../database-time.ts';
import { durably } from '../durably.ts';
import { isPostgres } from '../is-postgres.ts';
import { type LeaseKey, takeLease } from '../leases.ts';
import { migrate, migrateUnfinishedCopy } from '../migrate.ts';
import type { Database, Statement } from '../schema.ts';
import { inTransaction } from '../transaction.ts';
import { isUnfinishedCopy, MARKER } from '../unfinished-copy.ts';
import {
  addCallsOfTarget,
  CALL_TABLES,
  type CallsOfTarget,
  readCallsOfTarget,
} from './calls-of-target.ts';
import { DatabaseInUse } from './copy-in-use.ts';
import { hasRows } from './rows.ts';
import { requireUnused } from './source.ts';
import { ALL_TABLES, CONTENT_TABLES, type TableName } from './table-plans.ts';
import { writeToTarget } from './write-to-target.ts';

/** The lease of the process that copies, in TO. */
const LEASE = 'the copy of the database';

/** A table of which TO had all rows of FROM when this was written. */
interface FinishedTable {
  readonly name: string;
  readonly checksum: string;
}

/** `content`: the checksum of a finished table; for `CALLS`, what TO had counted, as JSON. */
type MarkerTable = { readonly [MARKER]: { readonly name: string; readonly content: string } };

/** the name of a row of the mark; no table has it */
const CALLS = 'calls before the copy';

/**
 * Marks TO as an unfinished copy, which no run uses, and takes its lease. Creates its tables if
 * necessary. Throws UserError if it has rows that neither `copy-database` nor `check` wrote, and
 * DatabaseInUse.
 */
export async function beginCopy(
  db: Database,
  { holder, clock }: { readonly holder: string; readonly clock: Clock },
): Promise<LeaseKey> {
  await prepareTables(db);
  const key = { name: LEASE, holder };
  await inTransaction(db, async (trx) => {
    await lockTables(trx);
    if (!(await isUnfinishedCopy(trx))) {
      await requireEmpty(trx);
      await createMarker(trx);
    }
    await requireUnused(trx, clock, [LEASE]);
    if (await takeLease(trx, key, await databaseTime(trx, clock))) return;
    throw new DatabaseInUse('another `copy-database` writes to it', {
      hint: 'Wait until it ends. If its machine is down, its lease expires within a minute.',
    });
  });
  return key;
}

async function prepareTables(db: Database): Promise<void> {
  if (await isUnfinishedCopy(db)) return migrateUnfinishedCopy(db);
  await migrate(db);
  // Before the locks: if TO is FROM under another name, they would wait for each other.
  await requireEmpty(db);
}

/** Waits for the transactions that are taking a lease now: later ones find the marker. */
async function lockTables(trx: Statement): Promise<void> {
  if (!isPostgres(trx)) return;
  const tables = sql.join(ALL_TABLES.map((table) => sql.table(table)));
  await sql`lock table ${tables} in access exclusive mode`.execute(trx);
}

async function requireEmpty(db: Statement): Promise<void> {
  const filled: TableName[] = [];
  const tables = CONTENT_TABLES.filter((table) => !CALL_TABLES.includes(table));
  for (const table of tables) if (await hasRows(db, table)) filled.push(table);
  if (filled.length === 0) return;
  throw new UserError(`it is not empty: it has rows in ${filled.join(', ')}`, {
    hint:
      'Nothing was changed. Copy to a file that does not exist, or to a new PostgreSQL database ' +
      '(createdb NAME).',
  });
}

async function createMarker(trx: Statement): Promise<void> {
  await trx.schema
    .createTable(MARKER)
    .addColumn('name', 'text', (column) => column.notNull().primaryKey())
    .addColumn('content', 'text', (column) => column.notNull())
    .execute();
  const content = JSON.stringify(await readCallsOfTarget(trx));
  await trx.withTables<MarkerTable>().insertInto(MARKER).values({ name: CALLS, content }).execute();
}

/** The checksums of the tables that an earlier call finished, by name. */
export async function finishedTables(db: Database): Promise<ReadonlyMap<string, string>> {
  const rows = await db.withTables<MarkerTable>().selectFrom(MARKER).selectAll().execute();
  return new Map(rows.map(({ name, content }) => [name, content]));
}

export async function recordFinished(
  db: Database,
  lease: LeaseKey,
  { name, checksum }: FinishedTable,
): Promise<void> {
  await writeToTarget(db, lease, async (trx) => {
    const row = { name, content: checksum };
    await trx.withTables<MarkerTable>().insertInto(MARKER).values(row).execute();
  });
}

/** The next call copies these tables again. */
export async function forgetFinished(trx: Statement, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await trx.withTables<MarkerTable>().deleteFrom(MARKER).where('name', 'in', names).execute();
}

/** From now on, runs can use TO. Afterward, a power cut loses nothing of the copy. */
export async function finishCopy(db: Database, lease: LeaseKey): Promise<void> {
  await durably(db, (connection) =>
    writeToTarget(connection, lease, async (trx) => {
      const marker = trx.withTables<MarkerTable>().selectFrom(MARKER).select('content');
      const { content } = await marker.where('name', '=', CALLS).executeTakeFirstOrThrow();
      await addCallsOfTarget(trx, JSON.parse(content) as CallsOfTarget);
      await trx.schema.dropTable(MARKER).execute();
      await trx.deleteFrom('lease').where('name', '=', lease.name).execute();
    }),
  );
}
