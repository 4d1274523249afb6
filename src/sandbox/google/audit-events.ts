import type { AuditEvent, AuditParameter } from './audit-log.ts';
import { addressShown, domainOf, type Grantee, type Role } from './grantees.ts';
import { FOLDER_TYPE, type Item, type SharedDrive } from './items.ts';

/** Reports reference, Drive events: old_value and new_value of change_user_access. */
const ACCESS_VALUES: Readonly<Record<Role, string>> = {
  reader: 'can_view',
  commenter: 'can_comment',
  writer: 'can_edit',
  fileOrganizer: 'can_edit',
  organizer: 'organizer',
  owner: 'owner',
};

/** Reports reference, shared_drive_membership_change: added_role and removed_role. */
const MEMBER_VALUES: Readonly<Record<Role, string>> = {
  reader: 'viewer',
  commenter: 'commenter',
  writer: 'editor',
  fileOrganizer: 'content_manager',
  organizer: 'organizer',
  owner: 'organizer',
};

const DOCUMENT_TYPES: Readonly<Record<string, string>> = {
  [FOLDER_TYPE]: 'folder',
  'application/vnd.google-apps.document': 'document',
  'application/vnd.google-apps.spreadsheet': 'spreadsheet',
  'application/vnd.google-apps.presentation': 'presentation',
  'application/pdf': 'pdf',
};

/** The item of an event, and the form of the event. */
export interface Subject {
  readonly item: Item;
  /** the shared drive that the item is on */
  readonly drive: SharedDrive | undefined;
  /** default: private */
  readonly visibility?: string;
  readonly oldVisibility?: string;
  /** true (default) for the user's action, false for its consequences */
  readonly isPrimary?: boolean;
  /** real audit logs contain both forms */
  readonly form?: 'value' | 'multiValue';
}

export interface AccessChange {
  readonly about: Subject;
  readonly grantee: Grantee;
  /** undefined: no role */
  readonly from: Role | undefined;
  readonly to: Role | undefined;
  /** the change was caused by a folder above the item */
  readonly isReconciled?: true;
}

/** `change_user_access`: a change for one person or group. */
export function userAccessEvent(change: AccessChange): AuditEvent {
  const { about, grantee, from, to, isReconciled } = change;
  const email = 'email' in grantee ? addressShown(grantee) : '';
  return {
    type: 'acl_change',
    name: `change_user_access${isReconciled ? '_hierarchy_reconciled' : ''}`,
    parameters: [
      flag('primary_event', about.isPrimary ?? true),
      text('visibility_change', directionOf(change)),
      text('target_user', email),
      valued(about, 'old_value', from ? ACCESS_VALUES[from] : 'none'),
      valued(about, 'new_value', to ? ACCESS_VALUES[to] : 'none'),
      text('old_visibility', about.oldVisibility ?? 'private'),
      ...documentParameters(about),
    ],
  };
}

/** The two events that always accompany a change of link sharing or domain sharing. */
export function linkEvents(change: AccessChange): readonly AuditEvent[] {
  const { about, grantee, from, to, isReconciled } = change;
  const isDomain = grantee.type === 'domain';
  const open = isDomain ? 'people_within_domain_with_link' : 'people_with_link';
  const shared = [
    flag('primary_event', about.isPrimary ?? true),
    text('visibility_change', directionOf(change)),
    text('target_domain', isDomain ? grantee.domain : 'all'),
    text('old_visibility', about.oldVisibility ?? 'private'),
    ...documentParameters(about),
  ];
  const event = (name: string, values: readonly AuditParameter[]): AuditEvent => ({
    type: 'acl_change',
    name: `${name}${isReconciled ? '_hierarchy_reconciled' : ''}`,
    parameters: [...values, ...shared],
  });
  return [
    event('change_document_visibility', [
      valued(about, 'old_value', from ? open : 'private'),
      valued(about, 'new_value', to ? open : 'private'),
    ]),
    event('change_document_access_scope', [
      valued(about, 'old_value', from ? ACCESS_VALUES[from] : 'none'),
      valued(about, 'new_value', to ? ACCESS_VALUES[to] : 'none'),
    ]),
  ];
}

/** `shared_drive_membership_change`: a change of one member of a shared drive. */
export function membershipEvent(change: {
  readonly drive: SharedDrive;
  readonly grantee: Grantee;
  readonly from: Role | undefined;
  readonly to: Role | undefined;
  /** the parameter that names the member: real audit logs contain both */
  readonly named: 'target' | 'target_user';
}): AuditEvent {
  const { drive, grantee, from, to, named } = change;
  const kept = from ? 'change_roles' : 'add_to_shared_drive';
  return {
    type: 'acl_change',
    name: 'shared_drive_membership_change',
    parameters: [
      flag('primary_event', true),
      text('membership_change_type', to ? kept : 'remove_from_shared_drive'),
      text(named, 'email' in grantee ? addressShown(grantee) : ''),
      text('added_role', to ? MEMBER_VALUES[to] : 'none'),
      text('removed_role', from ? MEMBER_VALUES[from] : 'none'),
      text('doc_id', drive.id),
      text('doc_type', 'shared_drive'),
      text('doc_title', drive.name),
      ...driveParameters(drive),
    ],
  };
}

/** Any other action on a file: view, edit, create, move, trash, delete, rename. */
export function accessEvent(name: string, about: Subject): AuditEvent {
  const parameters = [flag('primary_event', about.isPrimary ?? true), ...documentParameters(about)];
  return { type: 'access', name, parameters };
}

/** Google compares with the domain of the file's owner, not with all internal domains. */
export function isExternalTo(item: Item, grantee: Grantee): boolean {
  if (grantee.type === 'anyone') return true;
  const domain = grantee.type === 'domain' ? grantee.domain : domainOf(grantee.email);
  return item.owner === undefined || domain !== domainOf(item.owner);
}

function directionOf({ about, grantee, from, to }: AccessChange): string {
  if (!isExternalTo(about.item, grantee) || (from && to)) return 'none';
  return to ? 'external' : 'internal';
}

function documentParameters({ item, drive, visibility }: Subject): readonly AuditParameter[] {
  return [
    flag('billable', true),
    text('doc_id', item.id),
    text('doc_type', DOCUMENT_TYPES[item.mimeType] ?? 'unknown'),
    text('doc_title', item.name),
    text('visibility', visibility ?? 'private'),
    flag('is_encrypted', false),
    flag('actor_is_collaborator_account', false),
    ...(drive
      ? driveParameters(drive)
      : [text('owner', item.owner ?? ''), flag('owner_is_shared_drive', false)]),
    flag('owner_is_team_drive', drive !== undefined),
  ];
}

function driveParameters(drive: SharedDrive): readonly AuditParameter[] {
  return [
    text('owner', drive.name),
    flag('owner_is_shared_drive', true),
    text('shared_drive_id', drive.id),
    text('owner_shared_drive_id', drive.id),
  ];
}

function text(name: string, value: string): AuditParameter {
  return { name, value };
}

function flag(name: string, boolValue: boolean): AuditParameter {
  return { name, boolValue };
}

function valued({ form = 'multiValue' }: Subject, name: string, value: string): AuditParameter {
  return form === 'value' ? { name, value } : { name, multiValue: [value] };
}
