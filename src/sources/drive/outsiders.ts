import { EMAIL_SHAPE, isInternalAddress } from '../../share/address.ts';
import type { Permission } from '../../vendors/google/rows.ts';

/**
 * Whom a grant is to. The audit log does not tell a group from a person, so both are known by
 * their address alone; `unaddressed` is somebody whose address Google does not say.
 */
export type GranteeKind = 'user' | 'group' | 'anyone' | 'domain' | 'unaddressed';

/** Access that somebody outside has to an item. */
export interface OutsideGrant {
  /** tells grantees of one item apart, and is the same whichever detector saw the grant */
  readonly key: string;
  readonly kind: GranteeKind;
  /** lower case; users and groups have one */
  readonly email?: string;
  readonly name?: string;
  /** in Drive's words: reader, commenter, writer, … */
  readonly role: string;
  /** epoch milliseconds */
  readonly expiresAt?: number;
}

/** How a grantee is spoken of, in a permission or in an entry of the audit log. */
export type GranteeFacts =
  | { readonly kind: 'user' | 'group'; readonly email: string }
  | { readonly kind: 'unaddressed'; readonly id: string }
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'anyone' };

/** Google Workspace Admin help: a target audience is spoken of as a domain of this kind. */
const TARGET_AUDIENCE = /(^|\.)audience\.googledomains\.com$/;
/** Drive's words for a permission that shows nothing of the content. */
const VIEW_WITHOUT_CONTENT = 'metadata';

/** The grantee's key and kind where the grantee is outside; undefined for the company's own. */
export function outsiderOf(
  facts: GranteeFacts,
  domains: readonly string[],
): Pick<OutsideGrant, 'key' | 'kind' | 'email'> | undefined {
  switch (facts.kind) {
    case 'anyone':
      return { key: 'anyone', kind: 'anyone' };
    case 'domain':
      return isInsideDomain(facts.domain, domains)
        ? undefined
        : { key: `domain:${facts.domain.toLowerCase()}`, kind: 'domain' };
    case 'unaddressed':
      return { key: `id:${facts.id}`, kind: 'unaddressed' };
    case 'user':
    case 'group': {
      const email = facts.email.trim().toLowerCase();
      if (isInternalAddress(email, domains)) return undefined;
      // What is no address names nobody: an event with it would be refused whole.
      return EMAIL_SHAPE.test(email)
        ? { key: email, kind: facts.kind, email }
        : { key: `id:${email}`, kind: 'unaddressed' };
    }
  }
}

/**
 * The access outside that a permission is, if any. A deleted account has none. A pending owner has
 * what the role says meanwhile. What has run out by `now` (epoch milliseconds) is none either.
 */
export function outsideGrantOf(
  permission: Permission,
  context: { readonly domains: readonly string[]; readonly now: number },
): OutsideGrant | undefined {
  const { role, name, expirationTime } = permission;
  if (permission.deleted || permission.view === VIEW_WITHOUT_CONTENT) return undefined;
  if (expirationTime !== undefined && expirationTime <= context.now) return undefined;
  const outsider = outsiderOf(granteeOf(permission), context.domains);
  if (outsider === undefined) return undefined;
  return {
    ...outsider,
    role,
    ...(name !== undefined && name !== '' && { name }),
    ...(expirationTime !== undefined && { expiresAt: expirationTime }),
  };
}

/** True where the grantee counted as inside under `domains`. */
export function isInside(grant: OutsideGrant, domains: readonly string[]): boolean {
  if (grant.email !== undefined) return isInternalAddress(grant.email, domains);
  return grant.kind === 'domain' && isInsideDomain(grant.key.slice('domain:'.length), domains);
}

function granteeOf(permission: Permission): GranteeFacts {
  const { type, id, email, domain } = permission;
  if (type === 'anyone') return { kind: 'anyone' };
  if (type === 'domain') return { kind: 'domain', domain: domain ?? '' };
  return email ? { kind: type, email } : { kind: 'unaddressed', id };
}

function isInsideDomain(domain: string, domains: readonly string[]): boolean {
  if (TARGET_AUDIENCE.test(domain.trim().toLowerCase())) return true;
  return isInternalAddress(`@${domain}`, domains);
}
