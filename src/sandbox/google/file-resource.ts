import type { EffectivePermission } from './effective-permissions.ts';
import { below, type FieldMask, includes } from './field-mask.ts';
import { isAtLeast, type Role } from './grantees.ts';
import { FOLDER_TYPE, type Item } from './items.ts';
import { permissionResource, personResource } from './permission-resource.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** An item as one user sees it. */
interface View {
  readonly state: WorkspaceState;
  readonly item: Item;
  readonly user: string;
  readonly role: Role;
  readonly permissions: readonly EffectivePermission[];
  /** the requested fields of each permission */
  readonly fields: FieldMask | undefined;
}

const EDITORS: Readonly<Record<string, string>> = {
  'application/vnd.google-apps.document': 'document',
  'application/vnd.google-apps.spreadsheet': 'spreadsheets',
  'application/vnd.google-apps.presentation': 'presentation',
};

/** Computes each field; undefined if the file does not have it. */
const FIELDS: Readonly<Record<string, (view: View) => unknown>> = {
  kind: () => 'drive#file',
  id: ({ item }) => item.id,
  name: ({ item }) => item.name,
  mimeType: ({ item }) => item.mimeType,
  createdTime: ({ item }) => timeOf(item.createdAt),
  modifiedTime: ({ item }) => timeOf(item.modifiedAt),
  parents: ({ item }) => [item.parent ?? item.driveId ?? `root of ${item.owner}`],
  trashed: ({ state, item }) => state.items.isTrashed(item),
  explicitlyTrashed: ({ item }) => item.trashed,
  webViewLink: ({ item }) => linkOf(item),
  shared: ({ permissions }) => permissions.length > 1,
  spaces: () => ['drive'],
  starred: () => false,
  version: ({ item }) => String(item.modifiedAt),
  size: ({ item }) => (item.mimeType === FOLDER_TYPE ? undefined : '20480'),
  capabilities: ({ role }) => ({
    canEdit: isAtLeast(role, 'writer'),
    canShare: isAtLeast(role, 'writer'),
  }),
  driveId: ({ item }) => item.driveId,
  teamDriveId: ({ item }) => item.driveId,
  hasAugmentedPermissions: ({ item }) => (item.driveId ? item.grants.size > 0 : undefined),
  ownedByMe: ({ item, user }) => (item.driveId ? undefined : item.owner === user),
  owners: ({ state, item, user }) => ownersOf(state, item, user),
  writersCanShare: ({ item }) => (item.driveId ? undefined : true),
  permissionIds: ({ permissions }) => permissions.map(({ id }) => id),
  permissions: (view) => inlinePermissions(view),
};

/** A file with the fields of the mask; undefined if the user cannot see it. */
export function fileResource(
  state: WorkspaceState,
  {
    item,
    user,
    fields,
  }: { readonly item: Item; readonly user: string; readonly fields?: FieldMask | undefined },
): Readonly<Record<string, unknown>> | undefined {
  if (state.items.isDeleted(item)) return undefined;
  const permissions = state.access.of(item);
  const role = state.access.roleOf(user, permissions);
  if (role === undefined) return undefined;
  const view = { state, item, user, role, permissions, fields: below(fields, 'permissions') };
  const found = Object.entries(FIELDS)
    .filter(([name]) => includes(fields, name))
    .map(([name, find]) => [name, find(view)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(found);
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

/** Drive reference, File.permissions: only for users who can share it, never on a shared drive. */
function inlinePermissions({ state, item, role, permissions }: View): unknown {
  if (item.driveId !== undefined || !isAtLeast(role, 'writer')) return undefined;
  return permissions.map((permission) => permissionResource(state, permission, 'my-drive'));
}

function ownersOf(state: WorkspaceState, item: Item, user: string): unknown {
  return item.owner === undefined ? undefined : [personResource(state, item.owner, user)];
}

function linkOf({ id, mimeType, hasLink }: Item): string | undefined {
  if (!hasLink) return undefined;
  if (mimeType === FOLDER_TYPE) return `https://drive.google.com/drive/folders/${id}`;
  const editor = EDITORS[mimeType];
  return editor === undefined
    ? `https://drive.google.com/file/d/${id}/view?usp=drivesdk`
    : `https://docs.google.com/${editor}/d/${id}/edit?usp=drivesdk`;
}
