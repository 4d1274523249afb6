import type { ActivityEvent } from './rows.ts';

/** Reports API reference, Drive events: current and older parameter names of an item's drive. */
export const DRIVE_PARAMETERS = [
  'shared_drive_id',
  'owner_shared_drive_id',
  'team_drive_id',
  'owner_team_drive_id',
] as const;

const OF_DOCUMENT: readonly string[] = ['doc_id'];

/** By the name of an event about access: the parameters that can identify the item. */
const ITEM_PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['change_user_access', OF_DOCUMENT],
  ['change_document_access_scope', OF_DOCUMENT],
  ['change_document_visibility', OF_DOCUMENT],
  ['shared_drive_membership_change', [...DRIVE_PARAMETERS, 'doc_id']],
]);

/**
 * True if an activity has events about access, and none of them says to which item. Google always
 * says it: otherwise, it is unknown what was shared. One complete event is enough, because an
 * activity is read or set aside as a whole.
 */
export function lacksItem(events: readonly ActivityEvent[]): boolean {
  const ofAccess = events.filter(({ name }) => ITEM_PARAMETERS.has(name));
  return ofAccess.length > 0 && !ofAccess.some(namesItem);
}

function namesItem({ name, parameters }: ActivityEvent): boolean {
  const isGiven = (parameter: string) =>
    parameters[parameter]?.some((value) => value.trim() !== '');
  return ITEM_PARAMETERS.get(name)?.some(isGiven) ?? false;
}
