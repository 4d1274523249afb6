import type { Selectable } from 'kysely';
import { DATABASE_LIMITS } from '../../db/limits.ts';
import { pagesByKey } from '../../db/pages-by-key.ts';
import type { DriveAddressTable, Statement } from '../../db/schema.ts';
import { chunksOf } from '../../lib/chunks.ts';
import { type HeldAddress, HeldAddresses } from './held-addresses.ts';

/** All addresses on record for the tenant's Google users. */
export async function loadAddresses(db: Statement, tenant: string): Promise<HeldAddresses> {
  const all = new HeldAddresses();
  for await (const page of addressPages(db, tenant)) for (const held of page) all.add(held);
  return all;
}

/** The same, a page at a time. */
export async function* addressPages(db: Statement, tenant: string): AsyncGenerator<HeldAddress[]> {
  const rows = db.selectFrom('drive_address').selectAll().where('tenant', '=', tenant);
  const pages = pagesByKey(rows, {
    key: ['address', 'user_id', 'since'],
    size: DATABASE_LIMITS.rowsPerPageMax,
  });
  for await (const page of pages) yield page.map(addressOf);
}

function addressOf(row: Selectable<DriveAddressTable>): HeldAddress {
  return {
    address: row.address,
    userId: row.user_id,
    since: row.since,
    ...(row.until !== null && { until: row.until }),
    isPrimary: row.is_primary === 1,
  };
}

/** Inserts or updates the addresses. */
export async function saveAddresses(
  trx: Statement,
  tenant: string,
  addresses: Iterable<HeldAddress>,
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
