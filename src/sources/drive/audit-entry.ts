import type { Insiders } from '../../share/address.ts';
import { DRIVE_PARAMETERS, firstText } from '../../vendors/google/access-events.ts';
import type { Activity, ActivityEvent } from '../../vendors/google/rows.ts';
import { changesOf, type EntryChange } from './access-changes.ts';
import { type ExternalGrant, externalGranteeOf } from './external-grantees.ts';

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

/**
 * The changes of external grantees' access in an activity. Omits grants that an item is created with
 * (its owner's; on a shared drive, every member's) and grants that a folder passes on
 * (`…_hierarchy_reconciled`).
 */
export function entriesOf(activity: Activity, insiders: Insiders): AuditEntry[] {
  const isCreation = activity.events.some(({ name }) => CREATIONS.has(name));
  return activity.events.flatMap((event, index) => {
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
          actor: withoutForgotten(actorOf(activity), insiders),
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
    .flatMap((event) => firstText(event, 'doc_id') ?? []);
}

/**
 * The changed item; undefined if the event does not name it, or no one whose item it can be. If only
 * its owner is missing, the actor counts as the owner, who mostly shares their own files.
 */
function itemOf(
  event: ActivityEvent,
  { actor }: Activity,
): Pick<AuditEntry, 'itemId' | 'item' | 'title' | 'documentType' | 'place'> | undefined {
  const driveId = DRIVE_PARAMETERS.map((name) => firstText(event, name)).find(
    (text) => text !== undefined,
  );
  const documentId = firstText(event, 'doc_id');
  const title = firstText(event, 'doc_title') ?? '';
  if (event.name === 'shared_drive_membership_change') {
    const itemId = driveId ?? documentId;
    return itemId === undefined
      ? undefined
      : { itemId, item: 'drive', title, place: { driveId: itemId } };
  }
  const owner = (firstText(event, 'owner') ?? actor.email)?.toLowerCase();
  if (documentId === undefined || (driveId === undefined && owner === undefined)) return undefined;
  const documentType = firstText(event, 'doc_type');
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

/** What was shared with a forgotten person is not named. */
function titleFor({ kind }: Pick<ExternalGrant, 'kind'>, title: string, { forgotten }: Insiders) {
  if (kind === 'forgotten') return '';
  return forgotten?.scrub(title) ?? title;
}

function withoutForgotten(actor: string, { forgotten }: Insiders): string {
  return forgotten?.pseudonymOf(actor) ?? actor;
}
