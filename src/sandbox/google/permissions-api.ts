import {
  type ApiCall,
  booleanParameter,
  pageSizeOf,
  readPageToken,
  writePageToken,
} from './api-call.ts';
import type { EffectivePermission } from './effective-permissions.ts';
import { isAtLeast } from './grantees.ts';
import { type ItemLocation, permissionResource } from './permission-resource.ts';
import { forbidden, notFound } from './responses.ts';

/** Drive reference, permissions.list: at most 100 a page. */
const PAGE_PERMISSIONS_MAX = 100;

interface Holder {
  readonly place: ItemLocation;
  readonly permissions: readonly EffectivePermission[];
}

export function listPermissions(call: ApiCall): Readonly<Record<string, unknown>> {
  const { state } = call;
  const { place, permissions } = holderOf(call);
  const hasPageSize = call.query.has('pageSize');
  // For My Drive, all permissions are on one page, unless the request has a page size.
  const usual = place === 'my-drive' ? Number.MAX_SAFE_INTEGER : PAGE_PERMISSIONS_MAX;
  const max = place === 'my-drive' && !hasPageSize ? usual : PAGE_PERMISSIONS_MAX;
  const size = pageSizeOf(call, { usual, max });
  const [from = 0] = readPageToken(call) ?? [];
  const next =
    from + size < permissions.length ? { nextPageToken: writePageToken(call, [from + size]) } : {};
  return {
    kind: 'drive#permissionList',
    permissions: permissions
      .slice(from, from + size)
      .map((permission) => permissionResource(state, permission, place)),
    ...next,
  };
}

function holderOf(call: ApiCall): Holder {
  const { state, user, ids } = call;
  const [id = ''] = ids;
  const takesDrives = booleanParameter(call, 'supportsAllDrives');
  const drive = state.items.drive(id);
  const item = state.items.get(id);
  const isKnown = drive || (item && !state.items.isDeleted(item));
  if (!isKnown || ((drive || item?.driveId) && !takesDrives)) throw notFound('File', id);
  const permissions = drive ? state.access.ofDrive(drive) : item ? state.access.of(item) : [];
  const place = drive || item?.driveId ? 'shared-drive' : 'my-drive';
  // Administrators can list the permissions of a drive, but not those of an item on it.
  const asAdmin = booleanParameter(call, 'useDomainAdminAccess') && drive !== undefined;
  if (asAdmin && state.directory.find(user)?.privileges.has('drives'))
    return { place, permissions };
  const role = state.access.roleOf(user, permissions);
  if (role === undefined) throw notFound('File', id);
  if (!isAtLeast(role, 'writer'))
    throw forbidden(
      'insufficientFilePermissions',
      'The user does not have sufficient permissions for this file.',
    );
  return { place, permissions };
}
