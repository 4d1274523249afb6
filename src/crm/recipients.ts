import { comparedAddress } from '../share/address.ts';
import { ADDRESS_LIMITS } from '../share/limits.ts';
import type { Grantee, Share } from '../share/share.ts';

/** Excludes whitespace, control characters and lone surrogates, which SOQL may reject. */
const ADDRESS = /^[^\s\p{C}@]+(@[^\s\p{C}@]+)+$/u;

/** The external people that a Drive share names, each address once, ignoring case, and as given. */
export function recipientsOfShare(share: Share): readonly Grantee[] {
  const recipients = new Map<string, Grantee>();
  for (const grantee of share.drive?.grantees ?? []) {
    const compared = comparedAddress(grantee.email);
    if (!recipients.has(compared)) recipients.set(compared, grantee);
  }
  return [...recipients.values()];
}

/** Whether a record can have the address. Searching for any other could fail the entire query. */
export function isSearchableEmail(email: string): boolean {
  return email.length <= ADDRESS_LIMITS.charactersMax && ADDRESS.test(email);
}
