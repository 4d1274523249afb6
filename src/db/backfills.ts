import type { Selectable } from 'kysely';
import { guardLease, type LeaseKey } from './leases.ts';
import type { BackfillTable, Database, Statement } from './schema.ts';

/** A window of one source's history. Times are epoch milliseconds. */
export interface Backfill {
  readonly tenant: string;
  readonly source: string;
  readonly since: number;
  /** exclusive; absent: until now, whenever that is */
  readonly until?: number;
}

export interface StoredBackfill extends Backfill {
  /** `read`: its end was reached; what waits for Gong is in the outbox */
  readonly state: 'reading' | 'read';
  readonly startedAt: number;
  readonly updatedAt: number;
}

/** What the streams of a window's cursors begin with: the same command goes on with the same ones. */
export function backfillStream(backfill: Backfill): string {
  return `${STREAMS}${backfill.source}/${windowOf(backfill)}`;
}

/** True for the cursors of windows; all others belong to the nightly reading. */
export function isBackfillStream(stream: string): boolean {
  return stream.startsWith(STREAMS);
}

/** Writes down that a window is being read; one that is under way keeps its beginning. */
export async function beginBackfill(
  db: Database,
  lease: LeaseKey,
  begin: { readonly backfill: Backfill; readonly now: number },
): Promise<void> {
  const { backfill, now } = begin;
  const { tenant, source, since, until } = backfill;
  await db.transaction().execute(async (trx) => {
    await guardLease(trx, lease);
    const known = await statementOf(trx, backfill).select('state').executeTakeFirst();
    const isUnderWay = known?.state === 'reading';
    await trx
      .insertInto('backfill')
      .values({
        tenant,
        source,
        window: windowOf(backfill),
        since,
        until: until ?? null,
        state: 'reading',
        started_at: now,
        updated_at: now,
      })
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'source', 'window']).doUpdateSet({
          state: 'reading',
          updated_at: now,
          ...(!isUnderWay && { started_at: now }),
        }),
      )
      .execute();
  });
}

/**
 * Writes down that a window was read to its end, and forgets its cursors: asked for again, it is
 * read from its beginning, and finds nothing new. Throws LeaseLost.
 */
export async function endBackfill(
  db: Database,
  lease: LeaseKey,
  end: { readonly backfill: Backfill; readonly now: number },
): Promise<void> {
  const { backfill, now } = end;
  const { tenant, source } = backfill;
  await db.transaction().execute(async (trx) => {
    await guardLease(trx, lease);
    await trx
      .updateTable('backfill')
      .set({ state: 'read', updated_at: now })
      .where('tenant', '=', tenant)
      .where('source', '=', source)
      .where('window', '=', windowOf(backfill))
      .execute();
    await forgetProgress(trx, backfill);
  });
}

/** Windows of all tenants that nobody has gone on with since `before`, read to their end or not. */
export async function staleBackfills(db: Statement, before: number): Promise<StoredBackfill[]> {
  const rows = await db
    .selectFrom('backfill')
    .selectAll()
    .where('updated_at', '<', before)
    .execute();
  return rows.map(storedBackfill);
}

/** Forgets a window, with what was read ahead of it, unless somebody went on with it since `before`. */
export async function forgetBackfill(
  db: Database,
  { backfill, before }: { readonly backfill: Backfill; readonly before: number },
): Promise<void> {
  const { tenant, source } = backfill;
  await db.transaction().execute(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('backfill')
      .where('tenant', '=', tenant)
      .where('source', '=', source)
      .where('window', '=', windowOf(backfill))
      .where('updated_at', '<', before)
      .executeTakeFirst();
    if (numDeletedRows > 0n) await forgetProgress(trx, backfill);
  });
}

/** The cursors of a window, and the entries that no share was made of yet. */
async function forgetProgress(trx: Statement, backfill: Backfill): Promise<void> {
  const { tenant } = backfill;
  const stream = backfillStream(backfill);
  await trx
    .deleteFrom('cursor')
    .where('tenant', '=', tenant)
    .where((where) =>
      where.or([where('stream', '=', stream), where('stream', 'like', `${stream}/%`)]),
    )
    .execute();
  await trx
    .deleteFrom('activity')
    .where('tenant', '=', tenant)
    .where('lane', '=', stream)
    .execute();
}

/** The tenant's windows, the one that was worked on last first. */
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

const STREAMS = 'backfill/';

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
    state: row.state === 'read' ? 'read' : 'reading',
    startedAt: row.started_at,
    updatedAt: row.updated_at,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
