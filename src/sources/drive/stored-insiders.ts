import { readCursor } from '../../db/cursors.ts';
import type { Statement } from '../../db/schema.ts';
import type { Insiders } from '../../share/address.ts';
import { loadAddresses } from './address-store.ts';
import { parseDomainsPosition } from './cursor-positions.ts';
import { isOpen } from './held-addresses.ts';
import { INTERNAL_DOMAINS_STREAM } from './stream-names.ts';

/** Who was internal in the last run that read Drive; undefined if there was none. */
export async function storedInsiders(db: Statement, tenant: string): Promise<Insiders | undefined> {
  const domains = await storedDomains(db, tenant);
  if (domains === undefined) return undefined;
  const held = await loadAddresses(db, tenant);
  return { domains, addresses: { has: (address) => held.ofAddress(address).some(isOpen) } };
}

/** The internal domains of the last run that read Drive; undefined if there was none. */
export async function storedDomains(
  db: Statement,
  tenant: string,
): Promise<readonly string[] | undefined> {
  const stored = await readCursor(db, { tenant, stream: INTERNAL_DOMAINS_STREAM });
  return stored === undefined ? undefined : parseDomainsPosition(stored).domains;
}
