import {
  addressOf,
  type Insiders,
  isInsider,
  isInternalAddress,
  mailboxOf,
} from '../../share/address.ts';
import type { Permission } from '../../vendors/google/rows.ts';

/**
 * The kind of grantee. The audit log does not distinguish groups from people, so only the address
 * identifies both. Google does not disclose the address of an `unaddressed` grantee. A `forgotten` one
 * is a person whose data was erased: a keyed hash identifies them.
 */
export type GranteeKind = 'user' | 'group' | 'anyone' | 'domain' | 'unaddressed' | 'forgotten';

/** An external grantee's access to an item. */
export interface ExternalGrant {
  /** identifies the grantee among those of one item; the same for both detectors */
  readonly key: string;
  readonly kind: GranteeKind;
  /** lower case, as given; users and groups have one */
  readonly email?: string;
  readonly name?: string;
  /** Drive's term: reader, commenter, writer, …; '' if the audit log does not say it */
  readonly role: string;
  /** epoch milliseconds */
  readonly expiresAt?: number;
}

/** A grantee as a permission or an audit log entry describes it. */
export type GranteeFacts =
  | { readonly kind: 'user' | 'group'; readonly email: string }
  | { readonly kind: 'unaddressed'; readonly id: string }
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'anyone' };

/** Google Workspace Admin help: a target audience appears as a domain of this form. */
const TARGET_AUDIENCE = /(^|\.)audience\.googledomains\.com$/;
/** Drive's `view` of a permission that does not show the content. */
const VIEW_WITHOUT_CONTENT = 'metadata';

/** The grantee's key and kind if the grantee is external, otherwise undefined. */
export function externalGranteeOf(
  facts: GranteeFacts,
  insiders: Insiders,
): Pick<ExternalGrant, 'key' | 'kind' | 'email'> | undefined {
  switch (facts.kind) {
    case 'anyone':
      return { key: 'anyone', kind: 'anyone' };
    case 'domain':
      return isInternalDomain(facts.domain, insiders.domains)
        ? undefined
        : { key: `domain:${facts.domain.toLowerCase()}`, kind: 'domain' };
    case 'unaddressed':
      return { key: `id:${facts.id}`, kind: 'unaddressed' };
    case 'user':
    case 'group': {
      const text = facts.email.trim().toLowerCase();
      const email = addressOf(text);
      if (isInsider(email ?? text, insiders)) return undefined;
      const pseudonym = insiders.forgotten?.pseudonymOf(email ?? text);
      if (pseudonym !== undefined) return { key: pseudonym, kind: 'forgotten' };
      // Gong rejects the entire event if one recipient's address is invalid.
      return email === undefined
        ? { key: `id:${text}`, kind: 'unaddressed' }
        : { key: mailboxOf(email), kind: facts.kind, email };
    }
  }
}

/**
 * The external access that a permission grants, if any. A deleted account has none, and neither has a
 * permission that expired by `now` (epoch milliseconds). A pending owner has the role's access.
 */
export function externalGrantOf(
  permission: Permission,
  context: { readonly insiders: Insiders; readonly now: number },
): ExternalGrant | undefined {
  const { role, name, expirationTime } = permission;
  if (permission.deleted || permission.view === VIEW_WITHOUT_CONTENT) return undefined;
  if (expirationTime !== undefined && expirationTime <= context.now) return undefined;
  const grantee = externalGranteeOf(granteeOf(permission), context.insiders);
  if (grantee === undefined) return undefined;
  return {
    ...grantee,
    role,
    ...(name !== undefined && name !== '' && grantee.kind !== 'forgotten' && { name }),
    ...(expirationTime !== undefined && { expiresAt: expirationTime }),
  };
}

/** True if the grantee is internal under `domains`. */
export function isInternalGrant(grant: ExternalGrant, domains: readonly string[]): boolean {
  if (grant.email !== undefined) return isInternalAddress(grant.email, domains);
  return grant.kind === 'domain' && isInternalDomain(grant.key.slice('domain:'.length), domains);
}

function granteeOf(permission: Permission): GranteeFacts {
  const { type, id, email, domain } = permission;
  if (type === 'anyone') return { kind: 'anyone' };
  if (type === 'domain') return { kind: 'domain', domain: domain ?? '' };
  return email ? { kind: type, email } : { kind: 'unaddressed', id };
}

function isInternalDomain(domain: string, domains: readonly string[]): boolean {
  if (TARGET_AUDIENCE.test(domain.trim().toLowerCase())) return true;
  return isInternalAddress(`@${domain}`, domains);
}
