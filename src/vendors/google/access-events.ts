import type { ActivityEvent } from './rows.ts';

/** Reports API reference, Drive events: current and older parameter names of an item's drive. */
export const DRIVE_PARAMETERS = [
  'shared_drive_id',
  'owner_shared_drive_id',
  'team_drive_id',
  'owner_team_drive_id',
] as const;

/** What an event must say: one parameter of each list. */
type Required = readonly (readonly string[])[];

const OF_DOCUMENT: Required = [['doc_id'], ['new_value']];

/** The events about access to an item, by name. */
const REQUIRED: ReadonlyMap<string, Required> = new Map([
  ['change_user_access', OF_DOCUMENT],
  ['change_document_access_scope', OF_DOCUMENT],
  ['change_document_visibility', OF_DOCUMENT],
  [
    'shared_drive_membership_change',
    [
      [...DRIVE_PARAMETERS, 'doc_id'],
      ['added_role', 'removed_role'],
    ],
  ],
]);

/**
 * The parameter that an event about access lacks; undefined if it is complete, or about something
 * else. Google always sends them: without them, it is unknown what was shared, or that anything was.
 */
export function missingParameter({ name, parameters }: ActivityEvent): string | undefined {
  const isGiven = (parameter: string) =>
    parameters[parameter]?.some((value) => value.trim() !== '');
  return REQUIRED.get(name)?.find((anyOf) => !anyOf.some(isGiven))?.[0];
}
