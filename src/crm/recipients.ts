import type { Grantee, Share } from '../share/share.ts';
import { LOOK_UP_LIMITS } from './limits.ts';

/** Whitespace, controls and halves of characters: no address holds them, and SOQL may refuse them. */
const ADDRESS = /^[^\s\p{C}@]+(@[^\s\p{C}@]+)+$/u;

/** The outsiders whom a Drive share names: each address once, however it is written. */
export function recipientsNamed(share: Share): readonly Grantee[] {
  const named = new Map<string, Grantee>();
  for (const grantee of share.drive?.grantees ?? []) {
    const email = grantee.email.toLowerCase();
    if (!named.has(email)) named.set(email, { ...grantee, email });
  }
  return [...named.values()];
}

/** Whether a record can have the address; one that no record has is not worth a failed query. */
export function isAskable(email: string): boolean {
  return email.length <= LOOK_UP_LIMITS.emailLengthMax && ADDRESS.test(email);
}
