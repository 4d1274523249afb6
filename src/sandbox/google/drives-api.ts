import {
  type ApiCall,
  booleanParameter,
  pageSizeOf,
  readPageToken,
  writePageToken,
} from './api-call.ts';
import type { SharedDrive } from './items.ts';
import { forbidden, notFound } from './responses.ts';

/** Drive reference, drives.list: at most 100 a page. */
const PAGE_DRIVES_MAX = 100;
const PAGE_DRIVES_USUAL = 10;

export function listDrives(call: ApiCall): Readonly<Record<string, unknown>> {
  const asAdmin = isAdmin(call);
  const drives = call.state.items.drives.filter((drive) => asAdmin || isMember(call, drive));
  const size = pageSizeOf(call, { usual: PAGE_DRIVES_USUAL, max: PAGE_DRIVES_MAX });
  const [from = 0] = readPageToken(call) ?? [];
  const next =
    from + size < drives.length ? { nextPageToken: writePageToken(call, [from + size]) } : {};
  return {
    kind: 'drive#driveList',
    drives: drives.slice(from, from + size).map(driveResource),
    ...next,
  };
}

export function getDrive(call: ApiCall): Readonly<Record<string, unknown>> {
  const [id = ''] = call.ids;
  const drive = call.state.items.drive(id);
  if (!drive || !(isAdmin(call) || isMember(call, drive))) throw notFound('Shared drive', id);
  return driveResource(drive);
}

export function driveResource(drive: SharedDrive): Readonly<Record<string, unknown>> {
  const createdTime = new Date(drive.createdAt).toISOString();
  return { kind: 'drive#drive', id: drive.id, name: drive.name, createdTime, hidden: false };
}

function isAdmin(call: ApiCall): boolean {
  if (!booleanParameter(call, 'useDomainAdminAccess')) return false;
  if (call.state.directory.find(call.user)?.privileges.has('drives')) return true;
  throw forbidden('forbidden', 'The user is not an administrator of the domain.');
}

function isMember({ state, user }: ApiCall, drive: SharedDrive): boolean {
  return state.access.roleOf(user, state.access.ofDrive(drive)) !== undefined;
}
