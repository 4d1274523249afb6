import type { SourceName } from './share.ts';

/** What the ids of a source's events begin with. */
export const ID_STARTS: Readonly<Record<SourceName, string>> = {
  salesforce: 'salesforce:',
  'google-drive': 'drive:',
};

/**
 * The id of a share's event. In a sandbox org, it carries the org's Id: a full copy of production has
 * production's record Ids, and Gong would take production's events for duplicates.
 */
export function eventIdOf(
  source: 'salesforce' | 'drive',
  shareId: string,
  sandboxOrgId: string | undefined,
): string {
  return sandboxOrgId === undefined
    ? `${source}:${shareId}`
    : `${source}:${sandboxOrgId}:${shareId}`;
}

/** The id that earlier versions gave to the same share. */
export function plainEventId(eventId: string, sandboxOrgId: string): string {
  return eventId.replace(`:${sandboxOrgId}:`, ':');
}
