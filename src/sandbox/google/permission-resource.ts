import type { Effective } from './access.ts';
import { type Grant, permissionIdOf } from './grantees.ts';
import type { Parts } from './parts.ts';

/** Where the item is: each place tells other things about its permissions. */
export type Place = 'my-drive' | 'shared-drive';

/** A permission as Drive shows it. It has no time and no giver. */
export function permissionResource(
  parts: Parts,
  { id, grant, details }: Effective,
  place: Place,
): Readonly<Record<string, unknown>> {
  const { role, expiresAt } = grant;
  const isShown = place === 'shared-drive' || parts.settings.myDriveDetails === 'shown';
  return {
    kind: 'drive#permission',
    id,
    type: grant.grantee.type,
    role,
    ...granteeFields(parts, grant),
    ...(expiresAt === undefined ? {} : { expirationTime: new Date(expiresAt).toISOString() }),
    ...(place === 'my-drive' && grant.grantee.type === 'user'
      ? { pendingOwner: grant.pendingOwner ?? false }
      : {}),
    ...(isShown ? { permissionDetails: details } : {}),
  };
}

/** Somebody as one user sees him. */
export function personResource(
  parts: Parts,
  email: string,
  user: string,
): Readonly<Record<string, unknown>> {
  return {
    kind: 'drive#user',
    displayName: personName(parts, email),
    me: email === user,
    permissionId: permissionIdOf({ type: 'user', email }),
    emailAddress: email,
  };
}

/** The name that somebody is known by; outsiders go by the first part of their address. */
function personName(parts: Parts, email: string): string {
  const user = parts.directory.find(email);
  return user ? `${user.givenName} ${user.familyName}` : email.slice(0, email.indexOf('@'));
}

function granteeFields(parts: Parts, grant: Grant): Readonly<Record<string, unknown>> {
  const { grantee } = grant;
  switch (grantee.type) {
    case 'anyone':
      return { allowFileDiscovery: false };
    case 'domain':
      return { domain: grantee.domain, displayName: grantee.domain, allowFileDiscovery: false };
    case 'group':
      return { emailAddress: grantee.email, displayName: grantee.email, deleted: false };
    case 'user':
      return parts.directory.isDeleted(grantee.email)
        ? { displayName: '', deleted: true }
        : {
            displayName: personName(parts, grantee.email),
            deleted: false,
            ...(grant.addressHidden ? {} : { emailAddress: grantee.email }),
          };
  }
}
