import { ADDRESS_LIMITS } from '../share/limits.ts';
import type { Grantee, Share } from '../share/share.ts';

/** Excludes whitespace, control characters and lone surrogates, which SOQL may reject. */
const ADDRESS = /^[^\s\p{C}@]+(@[^\s\p{C}@]+)+$/u;

/** The external people that a Drive share names, each address once, ignoring case. */
export function recipientsOfShare(share: Share): readonly Grantee[] {
  const recipients = new Map<string, Grantee>();
  for (const grantee of share.drive?.grantees ?? []) {
    const email = grantee.email.toLowerCase();
    if (!recipients.has(email)) recipients.set(email, { ...grantee, email });
  }
  return [...recipients.values()];
}

/** Whether a record can have the address. Searching for any other could fail the entire query. */
export function isSearchableEmail(email: string): boolean {
  return email.length <= ADDRESS_LIMITS.charactersMax && ADDRESS.test(email);
}
