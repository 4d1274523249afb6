import { type Cursor, writeCursor } from '../db/cursors.ts';
import { guardLease, type LeaseKey } from '../db/leases.ts';
import type { Database, Statement } from '../db/schema.ts';
import type { NewEvent } from './event-types.ts';
import { insertEvents, removeAwaiting, updateReconsidered } from './events.ts';

/** All that one batch of shares changes, and the position up to which it was read. */
export interface Batch {
  readonly tenant: string;
  readonly priority: number;
  readonly now: number;
  /** gone through once, within the transaction: made as they are written, they cost no memory */
  readonly created: Iterable<NewEvent>;
  /** events that were judged again, whether they moved or not */
  readonly reconsidered: readonly NewEvent[];
  /** absent for batches that were not read from a source */
  readonly cursor?: { readonly stream: string; readonly position: string };
  /** eventIds of events that wait for the audit log, which `created` stands in place of */
  readonly replaced?: readonly string[];
  /** what the source keeps for itself; only ever with `trx` */
  readonly writeInTransaction?: (trx: Statement) => Promise<void>;
}

/**
 * Writes a batch and its cursor in one transaction: a cursor never stands past a share without a
 * row. Throws, with nothing written: LeaseLost where another process took the tenant over;
 * RetryableError where an event that is to be replaced does not wait any more.
 */
export async function commitBatch(db: Database, lease: LeaseKey, batch: Batch): Promise<void> {
  const { tenant, now } = batch;
  await db.transaction().execute(async (trx) => {
    await guardLease(trx, lease);
    // First, for what takes the place of an event may have the same id.
    await removeAwaiting(trx, tenant, batch.replaced ?? []);
    await insertEvents(trx, batch.created, batch);
    for (const event of batch.reconsidered) await updateReconsidered(trx, event, batch);
    await batch.writeInTransaction?.(trx);
    if (batch.cursor) await writeCursor(trx, { tenant, updatedAt: now, ...batch.cursor });
  });
}

/** Keeps a position by itself. Throws LeaseLost. */
export async function keepCursor(
  db: Database,
  lease: LeaseKey,
  cursor: Cursor & { readonly tenant: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await guardLease(trx, lease);
    await writeCursor(trx, cursor);
  });
}
