import type { Activity, ActivityEvent } from '../../vendors/google/rows.ts';
import { type GranteeFacts, type OutsideGrant, outsiderOf } from './outsiders.ts';

/** What the audit log is asked for, one name at a time: so no reading of files comes along. */
export const AUDIT_EVENT_NAMES = [
  'change_user_access',
  'change_document_access_scope',
  'change_document_visibility',
  'shared_drive_membership_change',
] as const;

/**
 * - `grant`: the grantee had nothing before
 * - `role`: had something, and has something else now
 * - `revoke`: has nothing any more
 */
export type EntryChange = 'grant' | 'role' | 'revoke';

/** Where an item stands: in somebody's My Drive, or in a shared drive. */
export type Place = { readonly owner: string } | { readonly driveId: string };

/** One change of one outsider's access, as the audit log tells it. */
export interface AuditEntry {
  /** the same whenever the entry is read: time, qualifier, index of the event and the grantee */
  readonly key: string;
  /** epoch milliseconds */
  readonly at: number;
  /** lower-case email, else another id of Google's; empty where it tells none */
  readonly actor: string;
  readonly itemId: string;
  readonly item: 'file' | 'folder' | 'drive';
  /** as it was called then */
  readonly title: string;
  /** Google's word for the kind of document */
  readonly documentType?: string;
  readonly place: Place;
  readonly change: EntryChange;
  readonly grant: OutsideGrant;
}

const CREATIONS: ReadonlySet<string> = new Set(['create', 'upload', 'copy']);
const NAMES: ReadonlySet<string> = new Set(AUDIT_EVENT_NAMES);
const NONE = 'none';
const ROLES: Readonly<Record<string, string>> = {
  can_view: 'reader',
  can_comment: 'commenter',
  can_edit: 'writer',
  viewer: 'reader',
  contributor: 'writer',
  editor: 'writer',
  content_manager: 'fileOrganizer',
  manager: 'organizer',
};
/** Reports reference, Drive events: the drive of the item, under its newer and older names. */
const DRIVE_PARAMETERS = [
  'shared_drive_id',
  'owner_shared_drive_id',
  'team_drive_id',
  'owner_team_drive_id',
] as const;
/** Visibilities under which more people than the named ones may open a document. */
const OPEN_VISIBILITIES: ReadonlySet<string> = new Set([
  'people_with_link',
  'public_on_the_web',
  'people_within_domain_with_link',
  'public_in_the_domain',
]);

/**
 * The changes of outsiders' access in an activity. Noise is left out: grants that an item is created
 * with (its owner's, and in a shared drive every member's), and those that follow from a folder
 * (`…_hierarchy_reconciled`).
 */
export function entriesOf(activity: Activity, domains: readonly string[]): AuditEntry[] {
  const isCreation = activity.events.some(({ name }) => CREATIONS.has(name));
  return activity.events.flatMap((event, index) => {
    if (!NAMES.has(event.name)) return [];
    return changesOf(event).flatMap(({ change, role, grantee }, number): AuditEntry[] => {
      const outsider = outsiderOf(grantee, domains);
      const where = whereOf(event);
      if (outsider === undefined || where === undefined) return [];
      if (isCreation && change === 'grant') return [];
      const suffix = number === 0 ? '' : `/${number}`;
      return [
        {
          key: `${new Date(activity.time).toISOString()}/${activity.uniqueQualifier}/${index}${suffix}`,
          at: activity.time,
          actor: actorOf(activity),
          ...where,
          change,
          grant: { ...outsider, role },
        },
      ];
    });
  });
}

interface GranteeChange {
  readonly change: EntryChange;
  readonly role: string;
  readonly grantee: GranteeFacts;
}

function changesOf(event: ActivityEvent): GranteeChange[] {
  switch (event.name) {
    case 'change_user_access':
      return targetsOf(event).map((grantee) => ({ ...valuesOf(event), grantee }));
    case 'shared_drive_membership_change':
      return targetsOf(event).map((grantee) => ({ ...rolesOf(event), grantee }));
    case 'change_document_access_scope':
      return linkOf(event).map((grantee) => ({ ...valuesOf(event), grantee }));
    default:
      return linkOf(event).map((grantee) => ({ ...visibilityOf(event), grantee }));
  }
}

/** Both `value` and `multiValue` were seen for the same parameter: several people, several changes. */
function targetsOf(event: ActivityEvent): GranteeFacts[] {
  const named = [...listOf(event, 'target_user'), ...listOf(event, 'target')];
  const emails = [...new Set(named.map((email) => email.trim().toLowerCase()))];
  const present = emails.filter((email) => email !== '');
  if (present.length === 0) return [{ kind: 'unaddressed', id: 'unknown' }];
  return present.map((email) => ({ kind: 'user', email }));
}

/** `all` stands for anyone. Without a domain it is the owner's own, which is inside. */
function linkOf(event: ActivityEvent): GranteeFacts[] {
  const domain = textOf(event, 'target_domain')?.toLowerCase();
  if (domain === undefined) return [];
  return domain === 'all' ? [{ kind: 'anyone' }] : [{ kind: 'domain', domain }];
}

function valuesOf(event: ActivityEvent): Omit<GranteeChange, 'grantee'> {
  return changeBetween(accessOf(event, 'old_value'), accessOf(event, 'new_value'));
}

function rolesOf(event: ActivityEvent): Omit<GranteeChange, 'grantee'> {
  return changeBetween(accessOf(event, 'removed_role'), accessOf(event, 'added_role'));
}

/** It does not tell the role: the event of the scope, which comes with it, does. */
function visibilityOf(event: ActivityEvent): Omit<GranteeChange, 'grantee'> {
  const roleOf = (name: string) =>
    listOf(event, name).some((value) => OPEN_VISIBILITIES.has(value)) ? 'reader' : undefined;
  return changeBetween(roleOf('old_value'), roleOf('new_value'));
}

function changeBetween(
  before: string | undefined,
  after: string | undefined,
): Omit<GranteeChange, 'grantee'> {
  if (after === undefined) return { change: 'revoke', role: before ?? NONE };
  return { change: before === undefined ? 'grant' : 'role', role: after };
}

function accessOf(event: ActivityEvent, name: string): string | undefined {
  const words = listOf(event, name).filter((each) => each !== '' && each !== NONE);
  const word = words.at(-1);
  return word === undefined ? undefined : (ROLES[word] ?? word);
}

/** What was changed; undefined where the entry does not say what, or whose it is. */
function whereOf(
  event: ActivityEvent,
): Pick<AuditEntry, 'itemId' | 'item' | 'title' | 'documentType' | 'place'> | undefined {
  const driveId = DRIVE_PARAMETERS.map((name) => textOf(event, name)).find(isThere);
  const documentId = textOf(event, 'doc_id');
  const title = textOf(event, 'doc_title') ?? '';
  if (event.name === 'shared_drive_membership_change') {
    const itemId = driveId ?? documentId;
    return itemId === undefined
      ? undefined
      : { itemId, item: 'drive', title, place: { driveId: itemId } };
  }
  const owner = textOf(event, 'owner')?.toLowerCase();
  if (documentId === undefined || (driveId === undefined && owner === undefined)) return undefined;
  const documentType = textOf(event, 'doc_type');
  return {
    itemId: documentId,
    item: documentType === 'folder' ? 'folder' : 'file',
    title,
    ...(documentType !== undefined && { documentType }),
    place: driveId === undefined ? { owner: owner ?? '' } : { driveId },
  };
}

function actorOf({ actor }: Activity): string {
  return actor.email?.toLowerCase() ?? actor.profileId ?? actor.key ?? '';
}

function isThere(text: string | undefined): boolean {
  return text !== undefined;
}

function listOf(event: ActivityEvent, name: string): readonly string[] {
  return event.parameters[name] ?? [];
}

function textOf(event: ActivityEvent, name: string): string | undefined {
  const text = listOf(event, name).find((value) => value.trim() !== '');
  return text?.trim();
}
