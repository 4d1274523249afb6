import { DATABASE_LIMITS } from '../../db/limits.ts';
import type { Statement } from '../../db/schema.ts';
import { chunksOf } from '../../lib/chunks.ts';
import type { HeldAddress } from './address-book.ts';

/** All addresses on record for the tenant's Google users. */
export async function loadAddresses(db: Statement, tenant: string): Promise<HeldAddress[]> {
  const rows = await db
    .selectFrom('drive_address')
    .selectAll()
    .where('tenant', '=', tenant)
    .orderBy('since')
    .execute();
  return rows.map((row) => ({
    address: row.address,
    userId: row.user_id,
    since: row.since,
    ...(row.until !== null && { until: row.until }),
    isPrimary: row.is_primary === 1,
  }));
}

/** Inserts or updates the addresses. */
export async function saveAddresses(
  trx: Statement,
  tenant: string,
  addresses: readonly HeldAddress[],
): Promise<void> {
  for (const chunk of chunksOf(addresses, DATABASE_LIMITS.rowsPerInsertMax)) {
    await trx
      .insertInto('drive_address')
      .values(
        chunk.map(({ address, userId, since, until, isPrimary }) => ({
          tenant,
          address,
          user_id: userId,
          since,
          until: until ?? null,
          is_primary: isPrimary ? 1 : 0,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'address', 'user_id', 'since']).doUpdateSet((set) => ({
          until: set.ref('excluded.until'),
          is_primary: set.ref('excluded.is_primary'),
        })),
      )
      .execute();
  }
}
