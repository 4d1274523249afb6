import type { Activity, ActivityEvent } from './rows.ts';

/** Reports API reference, Drive events: current and older parameter names of an item's drive. */
export const DRIVE_PARAMETERS = [
  'shared_drive_id',
  'owner_shared_drive_id',
  'team_drive_id',
  'owner_team_drive_id',
] as const;

const VISIBILITY = 'change_document_visibility';
const MEMBERSHIP = 'shared_drive_membership_change';

/** The events about access, each about one item. */
export const ACCESS_EVENT_NAMES = [
  'change_user_access',
  'change_document_access_scope',
  VISIBILITY,
  MEMBERSHIP,
] as const;

const NAMES: ReadonlySet<string> = new Set(ACCESS_EVENT_NAMES);
/** The value of a role for no access. */
const NONE = 'none';
const FOR_ANYONE = ['people_with_link', 'public_on_the_web'];
/** Visibilities that let people who are not named open a document, and those that do not. */
const OPEN_VISIBILITIES: ReadonlySet<string> = new Set([
  ...FOR_ANYONE,
  'people_within_domain_with_link',
  'public_in_the_domain',
]);
const CLOSED_VISIBILITIES: ReadonlySet<string> = new Set([
  'private',
  'shared_externally',
  'shared_internally',
]);
/** The parameters with the visibility before and after. */
const OF_LINK = ['old_value', 'new_value'] as const;
const OF_ITEM = ['old_visibility', 'visibility'] as const;
/**
 * By `membership_change_type`: whether the person was a member before, and is one after. A new role
 * is unknown without its name.
 */
const MEMBERSHIP_CHANGES = new Map<string, readonly [before: boolean, after?: boolean]>([
  ['add_to_shared_drive', [false, true]],
  ['change_roles', [true]],
  ['remove_from_shared_drive', [true, false]],
]);

/**
 * The parameter that an activity's events about access lack; undefined if one of them is complete,
 * or if it has none. Google always says which item an event is about, and what its grantees can do
 * after it: otherwise, it is unknown what was shared. One complete event is enough, because an
 * activity is read or set aside as a whole.
 */
export function missingParameter({
  actor,
  events,
}: Pick<Activity, 'actor' | 'events'>): string | undefined {
  const ofAccess = events.filter(({ name }) => NAMES.has(name));
  // Next to others, a change of visibility adds nothing that they do not say.
  const others = ofAccess.filter(({ name }) => name !== VISIBILITY);
  const missing = (others.length > 0 ? others : ofAccess).map((event) => missingIn(event, actor));
  return missing.includes(undefined) ? undefined : missing[0];
}

function missingIn(event: ActivityEvent, { email }: Activity['actor']): string | undefined {
  const isMembership = event.name === MEMBERSHIP;
  const hasDrive = DRIVE_PARAMETERS.some((name) => firstText(event, name) !== undefined);
  const hasItem = firstText(event, 'doc_id') !== undefined || (isMembership && hasDrive);
  if (!hasItem) return 'doc_id';
  // Without an owner, the actor counts as the owner.
  const owner = firstText(event, 'owner') ?? email;
  if (!isMembership && !hasDrive && owner === undefined) return 'owner';
  // Google also names visibilities that say nothing about access, such as `unknown`.
  if (event.name === VISIBILITY || hasAccessAfter(event) !== undefined) return undefined;
  return isMembership ? 'added_role' : 'new_value';
}

/**
 * Whether the grantees of an event about access can open the item after it; undefined if the event
 * does not say. `none` means that they cannot: an absent or empty value does not.
 */
export function hasAccessAfter(event: ActivityEvent): boolean | undefined {
  if (event.name === VISIBILITY) return isOpen(event, 'new_value');
  if (event.name !== MEMBERSHIP) return hasRole(event, 'new_value');
  const after = hasRole(event, 'added_role');
  if (after !== undefined) return after;
  const known = MEMBERSHIP_CHANGES.get(firstText(event, 'membership_change_type') ?? '');
  if (known !== undefined) return known[1];
  return hasRole(event, 'removed_role') ? false : undefined;
}

/** The same before the event; false if the event does not say. */
export function hadAccessBefore(event: ActivityEvent): boolean {
  if (event.name === VISIBILITY) return isOpen(event, 'old_value') ?? false;
  if (event.name !== MEMBERSHIP) return hasRole(event, 'old_value') ?? false;
  const type = firstText(event, 'membership_change_type') ?? '';
  return hasRole(event, 'removed_role') ?? MEMBERSHIP_CHANGES.get(type)?.[0] ?? false;
}

/**
 * True if an event about a link concerns anyone who has it, according to the visibility that it
 * gives or takes.
 */
export function isAboutAnyone(event: ActivityEvent): boolean {
  const [before, after] = event.name === VISIBILITY ? OF_LINK : OF_ITEM;
  return textsIn(event, hasAccessAfter(event) ? after : before).some((value) =>
    FOR_ANYONE.includes(value),
  );
}

/** The last role that a parameter names; undefined if it names none. */
export function roleIn(event: ActivityEvent, name: string): string | undefined {
  return textsIn(event, name).findLast(isRole);
}

export function firstText(event: ActivityEvent, name: string): string | undefined {
  return textsIn(event, name)[0];
}

/** The values of a parameter that are not blank. */
export function textsIn({ parameters }: ActivityEvent, name: string): string[] {
  const values = parameters[name] ?? [];
  return values.map((value) => value.trim()).filter((value) => value !== '');
}

function hasRole(event: ActivityEvent, name: string): boolean | undefined {
  const values = textsIn(event, name);
  return values.length === 0 ? undefined : values.some(isRole);
}

function isRole(value: string): boolean {
  return value !== NONE;
}

function isOpen(event: ActivityEvent, name: string): boolean | undefined {
  const values = textsIn(event, name);
  if (values.some((value) => OPEN_VISIBILITIES.has(value))) return true;
  return values.some((value) => CLOSED_VISIBILITIES.has(value)) ? false : undefined;
}
