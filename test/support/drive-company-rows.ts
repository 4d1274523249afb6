import type { ActivityEvent, Permission } from '../../src/vendors/google/rows.ts';

const VALUES: Readonly<Record<string, string>> = {
  reader: 'can_view',
  commenter: 'can_comment',
  writer: 'can_edit',
};

function accessValue(role: string | undefined): string[] {
  return [role === undefined ? 'none' : (VALUES[role] ?? role)];
}

export function userAccess(email: string, before?: string, after?: string): ActivityEvent {
  const parameters = {
    target_user: [email],
    old_value: accessValue(before),
    new_value: accessValue(after),
  };
  return { name: 'change_user_access', type: 'acl_change', parameters };
}

export function accessEvents(
  key: string,
  before: string | undefined,
  after: string | undefined,
): ActivityEvent[] {
  if (key.includes('@')) return [userAccess(key, before, after)];
  const target = { target_domain: [key === 'anyone' ? 'all' : key.slice('domain:'.length)] };
  const open = (role: string | undefined) => [role === undefined ? 'private' : 'people_with_link'];
  return [
    {
      name: 'change_document_visibility',
      type: 'acl_change',
      parameters: { ...target, old_value: open(before), new_value: open(after) },
    },
    {
      name: 'change_document_access_scope',
      type: 'acl_change',
      parameters: { ...target, old_value: accessValue(before), new_value: accessValue(after) },
    },
  ];
}

export function permission(key: string, role: string): Permission {
  const rest = {
    id: key,
    role,
    deleted: false,
    pendingOwner: false,
    inherited: false,
    isOriginKnown: true,
  };
  if (key === 'anyone') return { ...rest, type: 'anyone' };
  if (key.startsWith('domain:')) return { ...rest, type: 'domain', domain: key.slice(7) };
  return { ...rest, type: 'user', email: key };
}

/** The parameters that name an item in an event of the audit log. */
export function itemParameters(
  id: string,
  item:
    | {
        readonly name: string;
        readonly owner: string | undefined;
        readonly driveId: string | undefined;
      }
    | undefined,
  driveName: string,
): Record<string, string[]> {
  const { name, owner, driveId } = item ?? { name: '', owner: '', driveId: undefined };
  const place =
    driveId === undefined
      ? { owner: [owner ?? ''] }
      : { shared_drive_id: [driveId], owner: [driveName] };
  return { doc_id: [id], doc_title: [name], doc_type: ['pdf'], ...place };
}
