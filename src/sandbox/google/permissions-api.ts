import type { Effective } from './access.ts';
import { forbidden, notFound } from './answers.ts';
import { type Call, isOn, pageSizeOf, readPageToken, writePageToken } from './call.ts';
import { isAtLeast } from './grantees.ts';
import { type Place, permissionResource } from './permission-resource.ts';

/** Drive reference, permissions.list: at most 100 a page. */
const PAGE_PERMISSIONS_MAX = 100;

interface Holder {
  readonly place: Place;
  readonly permissions: readonly Effective[];
}

export function listPermissions(call: Call): Readonly<Record<string, unknown>> {
  const { parts } = call;
  const { place, permissions } = holderOf(call);
  const isAsked = call.query.has('pageSize');
  // Of My Drive all come at once, unless fewer are asked for.
  const usual = place === 'my-drive' ? Number.MAX_SAFE_INTEGER : PAGE_PERMISSIONS_MAX;
  const max = place === 'my-drive' && !isAsked ? usual : PAGE_PERMISSIONS_MAX;
  const size = pageSizeOf(call, { usual, max });
  const [from = 0] = readPageToken(call) ?? [];
  const next =
    from + size < permissions.length ? { nextPageToken: writePageToken(call, [from + size]) } : {};
  return {
    kind: 'drive#permissionList',
    permissions: permissions
      .slice(from, from + size)
      .map((permission) => permissionResource(parts, permission, place)),
    ...next,
  };
}

function holderOf(call: Call): Holder {
  const { parts, user, ids } = call;
  const [id = ''] = ids;
  const takesDrives = isOn(call, 'supportsAllDrives');
  const drive = parts.items.drive(id);
  const item = parts.items.get(id);
  const isKnown = drive || (item && !parts.items.isDeleted(item));
  if (!isKnown || ((drive || item?.driveId) && !takesDrives)) throw notFound('File', id);
  const permissions = drive ? parts.access.ofDrive(drive) : item ? parts.access.of(item) : [];
  const place = drive || item?.driveId ? 'shared-drive' : 'my-drive';
  // For a drive as a whole an administrator may ask; for an item on it never.
  const asAdmin = isOn(call, 'useDomainAdminAccess') && drive !== undefined;
  if (asAdmin && parts.directory.find(user)?.privileges.has('drives'))
    return { place, permissions };
  const role = parts.access.roleOf(user, permissions);
  if (role === undefined) throw notFound('File', id);
  if (!isAtLeast(role, 'writer'))
    throw forbidden(
      'insufficientFilePermissions',
      'The user does not have sufficient permissions for this file.',
    );
  return { place, permissions };
}
