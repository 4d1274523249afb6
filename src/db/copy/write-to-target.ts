import { guardLease, type LeaseKey } from '../leases.ts';
import type { Database, Statement } from '../schema.ts';
import { inTransaction } from '../transaction.ts';

/** One transaction of a copy. Throws LeaseLost, and writes nothing, once another process copies. */
export async function writeToTarget(
  to: Database,
  lease: LeaseKey,
  write: (trx: Statement) => Promise<void>,
): Promise<void> {
  await inTransaction(to, async (trx) => {
    await guardLease(trx, lease);
    await write(trx);
  });
}
