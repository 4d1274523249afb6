import type { Clock } from '../../lib/clock.ts';
import { databaseTime } from '../database-time.ts';
import { extendLease, type LeaseKey } from '../leases.ts';
import { LEASE_LIMITS } from '../limits.ts';
import type { Database, Statement } from '../schema.ts';
import { Checksum, type Row } from './checksum.ts';
import { countRows, insertRows, readPages, storableRows } from './rows.ts';
import type { ComparedTable } from './table-plans.ts';
import { writeToTarget } from './write-to-target.ts';

/** What the work on all tables shares. */
export interface Copying {
  /** a transaction that excludes all writers of FROM */
  readonly from: Statement;
  readonly to: Database;
  /** of TO */
  readonly lease: LeaseKey;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** must be cheap: it is called for each page */
  readonly onProgress: (progress: CopyProgress) => void;
  /** Called in the transaction that writes these events. */
  readonly onEvents: (
    trx: Statement,
    events: readonly { readonly tenant: string; readonly event_id: string }[],
  ) => Promise<void>;
}

export interface CopyProgress {
  readonly step: 'reading' | 'copying' | 'comparing';
  readonly table: string;
  /** rows */
  readonly done: number;
  readonly total: number;
}

/** The rows of one table in one database. */
export interface TableContent {
  readonly rows: number;
  readonly checksum: string;
  /** texts in which NUL characters are replaced, because PostgreSQL stores none */
  readonly replaced: number;
}

/** Reads the table, without writing anything. */
export async function readTable(
  copying: Copying,
  table: ComparedTable,
  { database, step }: { readonly database: 'from' | 'to'; readonly step: CopyProgress['step'] },
): Promise<TableContent> {
  return eachPage(copying, { table, db: copying[database], step, work: async () => {} });
}

/** Writes all rows of FROM to TO, where the table must be empty: a page per transaction. */
export async function copyTable(copying: Copying, table: ComparedTable): Promise<TableContent> {
  const { from, to, lease, onEvents } = copying;
  const work = (rows: readonly Row[]) =>
    writeToTarget(to, lease, async (trx) => {
      await insertRows(trx, table.name, rows);
      if (table.name === 'event') await onEvents(trx, rows as unknown as readonly EventKey[]);
    });
  return eachPage(copying, { table, db: from, step: 'copying', work });
}

interface EventKey {
  readonly tenant: string;
  readonly event_id: string;
}

interface Pass {
  readonly table: ComparedTable;
  readonly db: Statement;
  readonly step: CopyProgress['step'];
  /** what to do with each page */
  readonly work: (rows: readonly Row[]) => Promise<void>;
}

async function eachPage(copying: Copying, { table, db, step, work }: Pass): Promise<TableContent> {
  const checksum = new Checksum();
  let replaced = 0;
  const total = await countRows(db, table);
  const report = () => copying.onProgress({ step, table: table.name, done: checksum.rows, total });
  report();
  const keepAlive = startKeepingAlive(copying);
  for await (const page of readPages(db, table)) {
    copying.signal.throwIfAborted();
    const stored = storableRows(copying.to, page);
    await work(stored.rows);
    checksum.add(stored.rows);
    replaced += stored.replaced;
    report();
    await keepAlive();
  }
  // If the key's index is damaged, pages miss rows that a count sees: then TO has fewer.
  return { rows: total, checksum: checksum.text, replaced };
}

/** Extends the lease of TO, and keeps the server of FROM from ending an idle transaction. */
function startKeepingAlive({ from, to, lease, clock }: Copying): () => Promise<void> {
  let last = clock.now();
  return async () => {
    if (clock.now() - last < LEASE_LIMITS.heartbeatMs) return;
    last = clock.now();
    await from.selectFrom('lease').select('name').limit(1).execute();
    await extendLease(to, lease, await databaseTime(to, clock));
  };
}
