import { type Cursor, writeCursor } from '../db/cursors.ts';
import { guardLease, type LeaseKey } from '../db/leases.ts';
import type { Database, Statement } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import { deleteAwaitingAuditLog } from './awaiting-audit-log.ts';
import type { NewEvent } from './outbox-event.ts';
import { insertEvents, updateReconsidered } from './write-events.ts';

/** All changes of one batch of shares, and the position up to which the source was read. */
export interface Batch {
  readonly tenant: string;
  readonly priority: number;
  readonly now: number;
  /** read inside the transaction, once per attempt: lazy creation saves memory */
  readonly created: Iterable<NewEvent>;
  /** events that were decided again, whether their state changed or not */
  readonly reconsidered: readonly NewEvent[];
  /** absent if the batch was not read from a source */
  readonly cursor?: { readonly stream: string; readonly position: string };
  /** eventIds of events that await the audit log; `created` replaces them */
  readonly replaced?: readonly string[];
  /** writes the source's own tables; must use `trx` only */
  readonly writeInTransaction?: (trx: Statement) => Promise<void>;
}

/**
 * Writes a batch and its cursor in one transaction, so that a cursor never moves past a share
 * without a row. If it throws, nothing is written. Throws LeaseLost if another process took over
 * the tenant, and RetryableError if an event to be replaced no longer awaits the audit log.
 */
export async function commitBatch(db: Database, lease: LeaseKey, batch: Batch): Promise<void> {
  const { tenant, now } = batch;
  await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    // First, because a replacement can have the same id as the event that it replaces.
    await deleteAwaitingAuditLog(trx, tenant, batch.replaced ?? []);
    await insertEvents(trx, batch.created, batch);
    for (const event of batch.reconsidered) await updateReconsidered(trx, event, batch);
    await batch.writeInTransaction?.(trx);
    if (batch.cursor) await writeCursor(trx, { tenant, updatedAt: now, ...batch.cursor });
  });
}

/** Writes a cursor without events. Throws LeaseLost. */
export async function commitCursor(
  db: Database,
  lease: LeaseKey,
  cursor: Cursor & { readonly tenant: string },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    await writeCursor(trx, cursor);
  });
}
