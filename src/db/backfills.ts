import type { Selectable } from 'kysely';
import { deleteCursors } from './cursors.ts';
import { guardLease, type LeaseKey } from './leases.ts';
import type { BackfillTable, Database, Statement } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** the prefix of all streams of windows; part of the database */
const STREAMS = 'backfill/';
/** the states of windows; part of the database */
const READING = 'reading';
const READING_ON_REQUEST = 'reading on request';
const READ = 'read';

/** A past window of one source. Times are epoch milliseconds. */
export interface Backfill {
  readonly tenant: string;
  readonly source: string;
  readonly since: number;
  /** exclusive; absent: until the time of each run */
  readonly until?: number;
}

export interface StoredBackfill extends Backfill {
  /** `read`: read to its end; pending events are in the outbox */
  readonly state: 'reading' | 'read';
  /** false for `--no-push`: only the same command continues it, so that no worker sends its events */
  readonly isAutomatic: boolean;
  readonly startedAt: number;
  readonly updatedAt: number;
}

/** The prefix of the streams of a window's cursors: the same command resumes with the same ones. */
export function backfillStream(backfill: Backfill): string {
  return `${STREAMS}${backfill.source}/${windowOf(backfill)}`;
}

/** Whether the cursor belongs to a window. All others belong to `sync`. */
export function isBackfillStream(stream: string): boolean {
  return stream.startsWith(STREAMS);
}

/** Records that a window is being read. One that is in progress keeps its start time. */
export async function beginBackfill(
  db: Database,
  lease: LeaseKey,
  begin: Pick<StoredBackfill, 'isAutomatic'> & {
    readonly backfill: Backfill;
    readonly now: number;
  },
): Promise<void> {
  const { backfill, now } = begin;
  const { tenant, source, since, until } = backfill;
  const state = begin.isAutomatic ? READING : READING_ON_REQUEST;
  await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    const known = await statementOf(trx, backfill).select('state').executeTakeFirst();
    const isInProgress = known !== undefined && known.state !== READ;
    await trx
      .insertInto('backfill')
      .values({
        tenant,
        source,
        window: windowOf(backfill),
        since,
        until: until ?? null,
        state,
        started_at: now,
        updated_at: now,
      })
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'source', 'window']).doUpdateSet({
          state,
          updated_at: now,
          ...(!isInProgress && { started_at: now }),
        }),
      )
      .execute();
  });
}

/**
 * Records that a window was read to its end, and deletes its cursors: if it is requested again, it is
 * read from its beginning, and nothing in it is new. Throws LeaseLost.
 */
export async function endBackfill(
  db: Database,
  lease: LeaseKey,
  end: { readonly backfill: Backfill; readonly now: number },
): Promise<void> {
  const { backfill, now } = end;
  const { tenant, source } = backfill;
  await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    await trx
      .updateTable('backfill')
      .set({ state: READ, updated_at: now })
      .where('tenant', '=', tenant)
      .where('source', '=', source)
      .where('window', '=', windowOf(backfill))
      .execute();
    await deleteProgress(trx, backfill);
  });
}

/** Windows of all tenants that no run has read since `before`, whether or not they are complete. */
export async function staleBackfills(db: Statement, before: number): Promise<StoredBackfill[]> {
  const rows = await db
    .selectFrom('backfill')
    .selectAll()
    .where('updated_at', '<', before)
    .execute();
  return rows.map(storedBackfill);
}

/** Deletes a window and what was read ahead for it, unless a run has read it since `before`. */
export async function forgetBackfill(
  db: Database,
  { backfill, before }: { readonly backfill: Backfill; readonly before: number },
): Promise<void> {
  const { tenant, source } = backfill;
  await inTransaction(db, async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('backfill')
      .where('tenant', '=', tenant)
      .where('source', '=', source)
      .where('window', '=', windowOf(backfill))
      .where('updated_at', '<', before)
      .executeTakeFirst();
    if (numDeletedRows > 0n) await deleteProgress(trx, backfill);
  });
}

/** Deletes the cursors of a window, and audit entries that are not part of a share yet. */
async function deleteProgress(trx: Statement, backfill: Backfill): Promise<void> {
  const { tenant } = backfill;
  const stream = backfillStream(backfill);
  await deleteCursors(trx, { tenant, stream });
  await trx
    .deleteFrom('activity')
    .where('tenant', '=', tenant)
    .where('lane', '=', stream)
    .execute();
}

/** Deletes all windows of a source, with their cursors: they were another account's. */
export async function deleteProgressOf(
  trx: Statement,
  windows: { readonly tenant: string; readonly source: string },
): Promise<void> {
  const { tenant, source } = windows;
  for (const backfill of await listBackfills(trx, tenant)) {
    if (backfill.source === source) await deleteProgress(trx, backfill);
  }
  await trx
    .deleteFrom('backfill')
    .where('tenant', '=', tenant)
    .where('source', '=', source)
    .execute();
}

/** The tenant's windows, most recently read first. */
export async function listBackfills(db: Statement, tenant: string): Promise<StoredBackfill[]> {
  const rows = await db
    .selectFrom('backfill')
    .selectAll()
    .where('tenant', '=', tenant)
    .orderBy('updated_at', 'desc')
    .orderBy('source')
    .orderBy('window')
    .execute();
  return rows.map(storedBackfill);
}

function windowOf({ since, until }: Backfill): string {
  return `${iso(since)}/${until === undefined ? 'now' : iso(until)}`;
}

function statementOf(db: Statement, { tenant, source, since, until }: Backfill) {
  return db
    .selectFrom('backfill')
    .where('tenant', '=', tenant)
    .where('source', '=', source)
    .where(
      'window',
      '=',
      windowOf({ tenant, source, since, ...(until !== undefined && { until }) }),
    );
}

function storedBackfill(row: Selectable<BackfillTable>): StoredBackfill {
  return {
    tenant: row.tenant,
    source: row.source,
    since: row.since,
    ...(row.until !== null && { until: row.until }),
    state: row.state === READ ? 'read' : 'reading',
    isAutomatic: row.state !== READING_ON_REQUEST,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** The tenants with a window that is not read to its end, and that a worker can continue. */
export async function tenantsWithUnfinishedBackfills(db: Statement): Promise<string[]> {
  const rows = await db
    .selectFrom('backfill')
    .select('tenant')
    .distinct()
    .where('state', '=', READING)
    .execute();
  return rows.map(({ tenant }) => tenant);
}
