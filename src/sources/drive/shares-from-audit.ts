import { driveEventId } from '../../share/drive-id.ts';
import type { Share } from '../../share/share.ts';
import type { Act } from './audit-acts.ts';
import type { AuditEntry } from './audit-entry.ts';
import type { GrantBook } from './grant-book.ts';
import type { Grant, LoggedGrant } from './grant-history.ts';
import type { KnownItem } from './item-reader.ts';
import type { OutsideGrant } from './outsiders.ts';
import { type ItemFacts, shareOf, shareWithout } from './shares.ts';

const LEAST_ROLE = 'reader';

export interface Judging {
  /** what is on record of the items; brought up to date */
  readonly book: GrantBook;
  /** by eventId, shares of the change log that still wait for the audit log's word */
  readonly awaiting: ReadonlyMap<string, Share>;
  readonly itemOf: (itemId: string) => KnownItem | undefined;
  /** what the Directory calls somebody of the company */
  readonly nameOf: (email: string) => string | undefined;
  /** counts as outside as things are configured now */
  readonly isOutside: (entry: AuditEntry) => boolean;
  /** counted as inside when it was given */
  readonly wasInside: (entry: AuditEntry) => boolean;
}

export interface Judged {
  readonly shares: readonly Share[];
  /** eventIds of waiting shares that these stand in place of */
  readonly replaced: readonly string[];
}

/**
 * What the audit log's telling means, given what is on record: the acts' new grants are shares. What
 * the change log saw before, and still waits, is told here better: who gave it, and when.
 */
export function sharesFromAudit(
  told: { readonly acts: readonly Act[]; readonly others: readonly AuditEntry[] },
  judging: Judging,
): Judged {
  const fresh = new Map<AuditEntry, Grant>();
  const taken = new Set<string>();
  const entries = [...told.others, ...told.acts.flatMap((act) => act.entries)];
  for (const entry of entries.sort(byTime)) {
    if (!judging.isOutside(entry)) continue;
    const outcome = tell(entry, judging);
    if (outcome === undefined) continue;
    fresh.set(entry, outcome.grant);
    if (outcome.takenFrom !== undefined) taken.add(outcome.takenFrom);
  }
  // First, for an act may have the same eventId as the waiting share that it takes the place of.
  const rests = [...taken].flatMap((eventId) => restOf(eventId, judging));
  const shares = told.acts.flatMap(({ entries: given }) => shareOfAct(given, fresh, judging));
  return { shares: [...shares, ...rests], replaced: [...taken] };
}

export function loggedGrantOf(entry: AuditEntry): LoggedGrant {
  const { itemId, at, grant, place } = entry;
  const owner = 'driveId' in place ? `drive/${place.driveId}` : `user/${place.owner}`;
  return { itemId, at, grant, owner };
}

/** The grant, where the entry is news of one, and the waiting event that it is taken from. */
function tell(
  entry: AuditEntry,
  { book, awaiting, itemOf, wasInside }: Judging,
): { readonly grant: Grant; readonly takenFrom?: string } | undefined {
  const telling = loggedGrantOf(entry);
  const line = book.line(entry.itemId, entry.grant.key);
  if (entry.change === 'revoke') line.applyRevoke(telling);
  if (entry.change === 'role') line.applyRoleChange(telling);
  if (entry.change !== 'grant' || isOfCreation(entry, itemOf(entry.itemId))) return undefined;
  const outcome = line.applyGrant(telling);
  if (outcome.kind === 'known') return undefined;
  if (wasInside(entry)) {
    outcome.grant.seenBy = 'baseline';
    return undefined;
  }
  if (outcome.kind === 'new') return { grant: outcome.grant };
  if (!awaiting.has(outcome.eventId)) return undefined;
  outcome.grant.eventId = undefined;
  return { grant: outcome.grant, takenFrom: outcome.eventId };
}

/** What is made in a shared drive is logged as given to each of its members. */
function isOfCreation(entry: AuditEntry, item: KnownItem | undefined): boolean {
  return item?.isOfCreation(entry) ?? false;
}

function shareOfAct(
  entries: readonly AuditEntry[],
  fresh: ReadonlyMap<AuditEntry, Grant>,
  { itemOf, nameOf }: Judging,
): Share[] {
  const given = entries.filter((entry) => fresh.has(entry));
  const [first] = given;
  if (first === undefined) return [];
  const keys = new Set(given.map(({ grant }) => grant.key));
  const item = itemOf(first.itemId);
  const actorName = nameOf(first.actor) ?? item?.people.get(first.actor)?.name;
  const grants = grantsByKey(entries.filter(({ grant }) => keys.has(grant.key)));
  const share = shareOf({
    detector: 'audit-log',
    item: item?.facts ?? toldFacts(first),
    at: first.at,
    actor: first.actor,
    ...(actorName !== undefined && { actorName }),
    grants: [...grants.values()].map((grant) => ({ ...grant, ...item?.people.get(grant.key) })),
  });
  const eventId = driveEventId(share.drive?.identity ?? '');
  for (const entry of given) {
    const grant = fresh.get(entry);
    if (grant !== undefined) grant.eventId = eventId;
  }
  return [share];
}

/** What remains of a waiting share after others of its grants were told: a share of its own. */
function restOf(eventId: string, { book, awaiting }: Judging): Share[] {
  const share = awaiting.get(eventId);
  const left = book.grantsOf(eventId);
  if (share === undefined || left.length === 0) return [];
  const rest = shareWithout(share, left.map(outsideGrantOf));
  const restId = driveEventId(rest.drive?.identity ?? '');
  for (const grant of left) grant.eventId = restId;
  return [rest];
}

function outsideGrantOf({ grantee, kind, role, expiresAt }: Grant): OutsideGrant {
  const isPerson = kind === 'user' || kind === 'group';
  return {
    key: grantee,
    kind,
    role,
    ...(isPerson && { email: grantee }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** For an item that Google does not show any more. */
function toldFacts({ itemId, item, title, documentType }: AuditEntry): ItemFacts {
  return { itemId, item, title, ...(documentType !== undefined && { fileType: documentType }) };
}

/**
 * The same grantee twice is one. A link's grant comes under two names, in any order, and only one of
 * them knows the role: the other says the least that it can be.
 */
function grantsByKey(entries: readonly AuditEntry[]): Map<string, OutsideGrant> {
  const grants = new Map<string, OutsideGrant>();
  for (const { grant } of entries) {
    const isLink = grant.kind === 'anyone' || grant.kind === 'domain';
    const isKnown = isLink && grant.role === LEAST_ROLE && grants.has(grant.key);
    if (!isKnown) grants.set(grant.key, grant);
  }
  return grants;
}

function byTime(one: AuditEntry, other: AuditEntry): number {
  return one.at - other.at || (one.key < other.key ? -1 : 1);
}
