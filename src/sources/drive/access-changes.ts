import {
  firstText,
  hadAccessBefore,
  hasAccessAfter,
  isAboutAnyone,
  roleIn,
  textsIn,
} from '../../vendors/google/access-events.ts';
import type { ActivityEvent } from '../../vendors/google/rows.ts';
import type { GranteeFacts } from './external-grantees.ts';

/**
 * - `grant`: the grantee had no access before
 * - `role`: the grantee's role changed
 * - `revoke`: the grantee has no access any more
 */
export type EntryChange = 'grant' | 'role' | 'revoke';

export interface GranteeChange {
  readonly change: EntryChange;
  /** see ExternalGrant */
  readonly role: string;
  readonly grantee: GranteeFacts;
}

/** What a visibility allows at least; the access-scope event that comes with it has the role. */
const LEAST_ROLE = 'reader';
const UNKNOWN_ROLE = '';
const ROLES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    can_view: 'reader',
    can_comment: 'commenter',
    can_edit: 'writer',
    viewer: 'reader',
    contributor: 'writer',
    editor: 'writer',
    content_manager: 'fileOrganizer',
    manager: 'organizer',
  }),
);

/**
 * The changes of access in an event of the audit log, one per grantee. None if the event is about
 * something else, or does not say whether its grantees have access after it.
 */
export function changesOf(event: ActivityEvent): GranteeChange[] {
  switch (event.name) {
    case 'change_user_access':
      return granteeChanges(event, namedGranteesOf(event), ['old_value', 'new_value']);
    case 'shared_drive_membership_change':
      return granteeChanges(event, namedGranteesOf(event), ['removed_role', 'added_role']);
    case 'change_document_access_scope':
      return granteeChanges(event, linkGranteesOf(event), ['old_value', 'new_value']);
    case 'change_document_visibility':
      return granteeChanges(event, linkGranteesOf(event), undefined);
    default:
      return [];
  }
}

/** `roles`: the parameters of the roles before and after; undefined if the event has none. */
function granteeChanges(
  event: ActivityEvent,
  grantees: readonly GranteeFacts[],
  roles: readonly [before: string, after: string] | undefined,
): GranteeChange[] {
  const hasAccess = hasAccessAfter(event);
  if (hasAccess === undefined) return [];
  const hadAccess = hadAccessBefore(event);
  const change = hasAccess ? (hadAccess ? 'role' : 'grant') : 'revoke';
  const role = roles === undefined ? LEAST_ROLE : driveRoleIn(event, roles[hasAccess ? 1 : 0]);
  return grantees.map((grantee) => ({ change, role, grantee }));
}

/** A parameter can name several people: Google sends it as `value` or as `multiValue`. */
function namedGranteesOf(event: ActivityEvent): GranteeFacts[] {
  const named = [...textsIn(event, 'target_user'), ...textsIn(event, 'target')];
  const emails = [...new Set(named.map((email) => email.toLowerCase()))];
  if (emails.length === 0) return [{ kind: 'unaddressed', id: 'unknown' }];
  return emails.map((email) => ({ kind: 'user', email }));
}

/**
 * `all` means anyone. If the domain is absent, the visibility can say the same; otherwise, it is
 * the owner's own, which is internal.
 */
function linkGranteesOf(event: ActivityEvent): GranteeFacts[] {
  const domain = firstText(event, 'target_domain')?.toLowerCase();
  const isAnyone = domain === undefined ? isAboutAnyone(event) : domain === 'all';
  if (isAnyone) return [{ kind: 'anyone' }];
  return domain === undefined ? [] : [{ kind: 'domain', domain }];
}

function driveRoleIn(event: ActivityEvent, name: string): string {
  const role = roleIn(event, name) ?? UNKNOWN_ROLE;
  return ROLES.get(role) ?? role;
}
