import { createHash } from 'node:crypto';

/** From the lowest to the highest role. */
const ROLES = ['reader', 'commenter', 'writer', 'fileOrganizer', 'organizer', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** A person or group: `email` in lower case, which is compared; `typed` if it was typed otherwise. */
interface Addressee {
  readonly type: 'user' | 'group';
  readonly email: string;
  readonly typed?: string;
}

/** The target of a grant; domains in lower case. */
export type Grantee =
  | Addressee
  /** a whole domain, or a target audience: `….audience.googledomains.com` */
  | { readonly type: 'domain'; readonly domain: string }
  | { readonly type: 'anyone' };

/** One grantee's access to one item, or membership of a shared drive. */
export interface Grant {
  readonly grantee: Grantee;
  readonly role: Role;
  /** epoch milliseconds */
  readonly expiresAt?: number;
  readonly pendingOwner?: true;
  /** Drive hides the user's address */
  readonly addressHidden?: true;
}

/** `address` in any case. */
export function addresseeOf(type: Addressee['type'], address: string): Addressee {
  const email = address.toLowerCase();
  return { type, email, ...(address !== email && { typed: address }) };
}

/** The address as Google returns and logs it. */
export function addressShown({ email, typed = email }: Addressee): string {
  return typed;
}

/** Drive reference, Permission.id: the same for a grantee on every item. */
export function permissionIdOf(grantee: Grantee): string {
  switch (grantee.type) {
    case 'anyone':
      return 'anyoneWithLink';
    case 'domain':
      return `${digitsOf(grantee.domain)}k`;
    default:
      return digitsOf(grantee.email);
  }
}

/** Twenty digits derived from the name, like the IDs of Google accounts. */
export function digitsOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex');
  return BigInt(`0x${hash.slice(0, 16)}`)
    .toString()
    .padStart(20, '1');
}

export function isAtLeast(role: Role | undefined, least: Role): boolean {
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(least);
}

export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}
