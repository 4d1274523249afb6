import { type Cursor, writeCursor } from '../db/cursors.ts';
import { guardLease, type LeaseKey } from '../db/leases.ts';
import type { Database } from '../db/schema.ts';
import { insertEvents, updateReconsidered } from './events.ts';
import type { NewEvent } from './stored.ts';

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
}

/**
 * Writes a batch and its cursor in one transaction: a cursor never stands past a share without a
 * row. Throws LeaseLost, with nothing written, where another process took the tenant over.
 */
export async function commitBatch(db: Database, lease: LeaseKey, batch: Batch): Promise<void> {
  const { tenant, now } = batch;
  await db.transaction().execute(async (trx) => {
    await guardLease(trx, lease);
    await insertEvents(trx, batch.created, batch);
    for (const event of batch.reconsidered) await updateReconsidered(trx, event, batch);
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
