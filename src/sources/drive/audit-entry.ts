import { addressAsGiven, addressOf, comparedAddress, type Insiders } from '../../share/address.ts';
import { DRIVE_PARAMETERS } from '../../vendors/google/access-events.ts';
import type { Activity, ActivityEvent } from '../../vendors/google/rows.ts';
import { type ExternalGrant, externalGranteeOf, type GranteeFacts } from './external-grantees.ts';

/** The audit log is queried once per name, so that it returns no views or downloads of files. */
export const AUDIT_EVENT_NAMES = [
  'change_user_access',
  'change_document_access_scope',
  'change_document_visibility',
  'shared_drive_membership_change',
] as const;

/**
 * - `grant`: the grantee had no access before
 * - `role`: the grantee's role changed
 * - `revoke`: the grantee has no access any more
 */
export type EntryChange = 'grant' | 'role' | 'revoke';

/** Where an item is: in a user's My Drive, or on a shared drive. */
export type Place = { readonly owner: string } | { readonly driveId: string };

/** A change of one external grantee's access in the audit log. The database stores it as JSON. */
export interface AuditEntry {
  /** stable whenever the entry is read: time, qualifier, and the indexes of event and grantee */
  readonly key: string;
  /** epoch milliseconds */
  readonly at: number;
  /** lower-case email, otherwise another Google id; empty if the entry has neither */
  readonly actor: string;
  /** the actor's email as given, if that is not in lower case; identifies no one */
  readonly actorEmail?: string;
  readonly itemId: string;
  readonly item: 'file' | 'folder' | 'drive';
  /** the item's name at that time */
  readonly title: string;
  /** Google's term for the kind of document */
  readonly documentType?: string;
  readonly place: Place;
  readonly change: EntryChange;
  readonly grant: ExternalGrant;
}

/** The names of the entries that record an item's creation. */
export const CREATION_EVENT_NAMES = ['upload', 'create', 'copy'] as const;
const CREATIONS: ReadonlySet<string> = new Set(CREATION_EVENT_NAMES);
const NAMES: ReadonlySet<string> = new Set(AUDIT_EVENT_NAMES);
const NONE = 'none';
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
/** Visibilities that let people who are not named open a document. */
const OPEN_VISIBILITIES: ReadonlySet<string> = new Set([
  'people_with_link',
  'public_on_the_web',
  'people_within_domain_with_link',
  'public_in_the_domain',
]);

/**
 * The changes of external grantees' access in an activity. Omits grants that an item is created with
 * (its owner's; on a shared drive, every member's) and grants that a folder passes on
 * (`…_hierarchy_reconciled`).
 */
export function entriesOf(activity: Activity, insiders: Insiders): AuditEntry[] {
  const isCreation = activity.events.some(({ name }) => CREATIONS.has(name));
  return activity.events.flatMap((event, index) => {
    if (!NAMES.has(event.name)) return [];
    return changesOf(event).flatMap(({ change, role, grantee }, number): AuditEntry[] => {
      const external = externalGranteeOf(grantee, insiders);
      const item = itemOf(event, activity);
      if (external === undefined || item === undefined) return [];
      if (isCreation && change === 'grant') return [];
      const suffix = number === 0 ? '' : `/${number}`;
      return [
        {
          key: `${new Date(activity.time).toISOString()}/${activity.uniqueQualifier}/${index}${suffix}`,
          at: activity.time,
          ...actorOf(activity, insiders),
          ...item,
          title: titleFor(external, item.title, insiders),
          change,
          grant: { ...external, role },
        },
      ];
    });
  });
}

/** The ids of the items that were created in an activity. */
export function createdItemsOf({ events }: Activity): string[] {
  return events
    .filter(({ name }) => CREATIONS.has(name))
    .flatMap((event) => textIn(event, 'doc_id') ?? []);
}

interface GranteeChange {
  readonly change: EntryChange;
  readonly role: string;
  readonly grantee: GranteeFacts;
}

function changesOf(event: ActivityEvent): GranteeChange[] {
  switch (event.name) {
    case 'change_user_access':
      return namedGranteesOf(event).map((grantee) => ({ ...accessChangeOf(event), grantee }));
    case 'shared_drive_membership_change':
      return namedGranteesOf(event).map((grantee) => ({ ...membershipChangeOf(event), grantee }));
    case 'change_document_access_scope':
      return linkGranteesOf(event).map((grantee) => ({ ...accessChangeOf(event), grantee }));
    default:
      return linkGranteesOf(event).map((grantee) => ({ ...visibilityChangeOf(event), grantee }));
  }
}

/** A parameter can name several people: Google sends it as `value` or as `multiValue`. */
function namedGranteesOf(event: ActivityEvent): GranteeFacts[] {
  const named = [...valuesIn(event, 'target_user'), ...valuesIn(event, 'target')];
  const emails = new Map<string, string>();
  for (const email of named) {
    const compared = comparedAddress(email);
    if (compared !== '' && !emails.has(compared)) emails.set(compared, email);
  }
  if (emails.size === 0) return [{ kind: 'unaddressed', id: 'unknown' }];
  return [...emails.values()].map((email) => ({ kind: 'user', email }));
}

/** `all` means anyone. If absent, the domain is the owner's own, which is internal. */
function linkGranteesOf(event: ActivityEvent): GranteeFacts[] {
  const domain = textIn(event, 'target_domain')?.toLowerCase();
  if (domain === undefined) return [];
  return domain === 'all' ? [{ kind: 'anyone' }] : [{ kind: 'domain', domain }];
}

function accessChangeOf(event: ActivityEvent): Omit<GranteeChange, 'grantee'> {
  return changeBetween(roleIn(event, 'old_value'), roleIn(event, 'new_value'));
}

function membershipChangeOf(event: ActivityEvent): Omit<GranteeChange, 'grantee'> {
  return changeBetween(roleIn(event, 'removed_role'), roleIn(event, 'added_role'));
}

/** A visibility event has no role; the access-scope event that comes with it has. */
function visibilityChangeOf(event: ActivityEvent): Omit<GranteeChange, 'grantee'> {
  const roleOf = (name: string) =>
    valuesIn(event, name).some((value) => OPEN_VISIBILITIES.has(value)) ? 'reader' : undefined;
  return changeBetween(roleOf('old_value'), roleOf('new_value'));
}

function changeBetween(
  before: string | undefined,
  after: string | undefined,
): Omit<GranteeChange, 'grantee'> {
  if (after === undefined) return { change: 'revoke', role: before ?? NONE };
  return { change: before === undefined ? 'grant' : 'role', role: after };
}

function roleIn(event: ActivityEvent, name: string): string | undefined {
  const role = valuesIn(event, name).findLast((value) => value !== '' && value !== NONE);
  return role === undefined ? undefined : (ROLES.get(role) ?? role);
}

/**
 * The changed item; undefined if the event does not name it, or no one whose item it can be. If only
 * its owner is missing, the actor counts as the owner, who mostly shares their own files.
 */
function itemOf(
  event: ActivityEvent,
  { actor }: Activity,
): Pick<AuditEntry, 'itemId' | 'item' | 'title' | 'documentType' | 'place'> | undefined {
  const driveId = DRIVE_PARAMETERS.map((name) => textIn(event, name)).find(
    (text) => text !== undefined,
  );
  const documentId = textIn(event, 'doc_id');
  const title = textIn(event, 'doc_title') ?? '';
  if (event.name === 'shared_drive_membership_change') {
    const itemId = driveId ?? documentId;
    return itemId === undefined
      ? undefined
      : { itemId, item: 'drive', title, place: { driveId: itemId } };
  }
  const owner = (textIn(event, 'owner') ?? actor.email)?.toLowerCase();
  if (documentId === undefined || (driveId === undefined && owner === undefined)) return undefined;
  const documentType = textIn(event, 'doc_type');
  return {
    itemId: documentId,
    item: documentType === 'folder' ? 'folder' : 'file',
    title,
    ...(documentType !== undefined && { documentType }),
    place: driveId === undefined ? { owner: owner ?? '' } : { driveId },
  };
}

function actorOf(
  { actor: { email, profileId, key } }: Activity,
  { forgotten }: Insiders,
): Pick<AuditEntry, 'actor' | 'actorEmail'> {
  const actor = email === undefined ? (profileId ?? key ?? '') : comparedAddress(email);
  const pseudonym = forgotten?.pseudonymOf(actor);
  if (pseudonym !== undefined) return { actor: pseudonym };
  const compared = addressOf(actor);
  if (email === undefined || compared === undefined) return { actor };
  const actorEmail = addressAsGiven(email, compared);
  return actorEmail === compared ? { actor } : { actor, actorEmail };
}

/** What was shared with a forgotten person is not named. */
function titleFor({ kind }: Pick<ExternalGrant, 'kind'>, title: string, { forgotten }: Insiders) {
  if (kind === 'forgotten') return '';
  return forgotten?.scrub(title) ?? title;
}

function valuesIn(event: ActivityEvent, name: string): readonly string[] {
  return event.parameters[name] ?? [];
}

function textIn(event: ActivityEvent, name: string): string | undefined {
  const text = valuesIn(event, name).find((value) => value.trim() !== '');
  return text?.trim();
}
