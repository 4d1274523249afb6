import type { EffectivePermission } from './effective-permissions.ts';
import { addressShown, type Grant } from './grantees.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** Where the item is. Drive shows different details of permissions in each place. */
export type ItemLocation = 'my-drive' | 'shared-drive';

/** A permission as Drive returns it: without the time and the actor of the grant. */
export function permissionResource(
  state: WorkspaceState,
  { id, grant, details }: EffectivePermission,
  place: ItemLocation,
): Readonly<Record<string, unknown>> {
  const { role, expiresAt } = grant;
  const isShown = place === 'shared-drive' || state.settings.myDriveDetails === 'shown';
  return {
    kind: 'drive#permission',
    id,
    type: grant.grantee.type,
    role,
    ...granteeFields(state, grant),
    ...(expiresAt === undefined ? {} : { expirationTime: new Date(expiresAt).toISOString() }),
    ...(place === 'my-drive' && grant.grantee.type === 'user'
      ? { pendingOwner: grant.pendingOwner ?? false }
      : {}),
    ...(isShown ? { permissionDetails: details } : {}),
  };
}

/** A person as one user sees them. */
export function personResource(
  state: WorkspaceState,
  email: string,
  user: string,
): Readonly<Record<string, unknown>> {
  return {
    kind: 'drive#user',
    displayName: personName(state, email),
    me: email === user,
    permissionId: state.directory.permissionIdOf({ type: 'user', email }),
    emailAddress: email,
  };
}

/** The display name of a person; for external people, the local part of their address. */
function personName(state: WorkspaceState, email: string): string {
  const user = state.directory.find(email);
  return user ? `${user.givenName} ${user.familyName}` : email.slice(0, email.indexOf('@'));
}

function granteeFields(state: WorkspaceState, grant: Grant): Readonly<Record<string, unknown>> {
  const { grantee } = grant;
  switch (grantee.type) {
    case 'anyone':
      return { allowFileDiscovery: false };
    case 'domain':
      return { domain: grantee.domain, displayName: grantee.domain, allowFileDiscovery: false };
    case 'group':
      return { emailAddress: addressShown(grantee), displayName: grantee.email, deleted: false };
    case 'user':
      return state.directory.isDeleted(grantee.email)
        ? { displayName: '', deleted: true }
        : {
            displayName: personName(state, grantee.email),
            deleted: false,
            ...(grant.addressHidden ? {} : { emailAddress: addressShown(grantee) }),
          };
  }
}
