import { mailboxOf } from '../../share/address.ts';
import type { Share } from '../../share/share.ts';
import type { AuditEntry } from './audit-entry.ts';
import { compareTimes } from './audit-entry-store.ts';
import { buildRemainingShare, buildShare, type ItemFacts } from './build-share.ts';
import type { ExternalGrant } from './external-grantees.ts';
import type { Grant, LoggedGrant } from './grant.ts';
import { waitingUnderOtherAddress } from './grants-under-other-address.ts';
import type { ShareAction } from './group-share-actions.ts';
import type { ItemDetails } from './item-details.ts';
import type { LoadedGrants } from './loaded-grants.ts';
import type { Scope } from './scope.ts';

const LEAST_ROLE = 'reader';

export interface AuditLogContext {
  /** the grants on record for the entries' items; they are updated */
  readonly grants: LoadedGrants;
  /** shares from the change log that still wait for the audit log, by eventId */
  readonly awaiting: ReadonlyMap<string, Share>;
  readonly itemOf: (itemId: string) => ItemDetails | undefined;
  /** see DriveStore */
  readonly sandboxOrgId?: string | undefined;
  /** True for the entries that Google logs per member when an item is created on a shared drive. */
  readonly isOfCreation: (entry: AuditEntry) => boolean;
  /** the entry that this one logs again; see RepeatedGrants */
  readonly originalOf: (entry: AuditEntry) => AuditEntry | undefined;
  readonly loggedGrant: (entry: AuditEntry) => LoggedGrant;
  /** the name in the Directory of the person who had the address at `at` (epoch milliseconds) */
  readonly nameOf: (email: string, at: number) => string | undefined;
  /** True if the entry's grantee is external under the current configuration. */
  readonly isExternal: (entry: AuditEntry) => boolean;
  /** True if the entry's grantee was internal at the entry's time. */
  readonly wasInternal: (entry: AuditEntry) => boolean;
}

export interface AuditLogShares {
  readonly shares: readonly Share[];
  /** eventIds of the waiting shares that `shares` replace */
  readonly replaced: readonly string[];
}

/**
 * Applies audit log entries to the grants on record. The new grants of each action are a share.
 * They replace the same grants of a waiting share from the change log, which lacks actor and time.
 */
export function sharesFromAuditLog(
  logged: { readonly actions: readonly ShareAction[]; readonly others: readonly AuditEntry[] },
  context: AuditLogContext,
): AuditLogShares {
  const newGrants = new Map<AuditEntry, Grant>();
  const replaced = new Set<string>();
  const entries = [...logged.others, ...logged.actions.flatMap((action) => action.entries)];
  for (const entry of entries.sort(compareTimes)) {
    if (!context.isExternal(entry)) continue;
    const applied = applyEntry(entry, context);
    if (applied === undefined) continue;
    newGrants.set(entry, applied.grant);
    if (applied.replacedEventId !== undefined) replaced.add(applied.replacedEventId);
  }
  const sameGrants = waitingUnderOtherAddress(newGrants, {
    grants: context.grants,
    awaiting: new Set(context.awaiting.keys()),
  });
  for (const waiting of sameGrants.values()) {
    if (waiting.eventId !== undefined) replaced.add(waiting.eventId);
    waiting.eventId = undefined;
  }
  // Before the actions' shares are built: one can have the same eventId as a share that it replaces.
  const remaining = [...replaced].flatMap((eventId) => remainingShareOf(eventId, context));
  const shares = logged.actions.flatMap((action) => shareOf(action, newGrants, context));
  for (const [entry, waiting] of sameGrants) {
    const { grantedAt, eventId } = newGrants.get(entry) ?? waiting;
    Object.assign(waiting, { grantedAt, eventId });
  }
  return { shares: [...shares, ...remaining], replaced: [...replaced] };
}

export function loggedGrantOf(
  { itemId, at, grant, place }: AuditEntry,
  scope: Pick<Scope, 'ownerOf'>,
): LoggedGrant {
  return { itemId, at, grant, owner: scope.ownerOf(place, at) };
}

/**
 * Updates the grantee's history. Returns the grant if the entry is a new grant, with the waiting
 * event that reported it so far.
 */
function applyEntry(
  entry: AuditEntry,
  context: AuditLogContext,
): { readonly grant: Grant; readonly replacedEventId?: string } | undefined {
  const { grants, awaiting, isOfCreation, wasInternal } = context;
  const logged = context.loggedGrant(entry);
  const history = grants.history(entry.itemId, entry.grant.key);
  if (entry.change === 'revoke') history.applyRevoke(logged);
  if (entry.change === 'role') history.applyRoleChange(logged);
  if (entry.change !== 'grant' || isOfCreation(entry)) return undefined;
  const original = context.originalOf(entry);
  // The original is applied with its own action, perhaps in another window.
  if (original !== undefined && !isOfCreation(original)) return undefined;
  const applied = history.applyGrant(logged);
  if (applied.kind === 'known') return undefined;
  if (wasInternal(entry)) {
    applied.grant.seenBy = 'baseline';
    return undefined;
  }
  if (applied.kind === 'new') return { grant: applied.grant };
  if (!awaiting.has(applied.eventId)) return undefined;
  applied.grant.eventId = undefined;
  return { grant: applied.grant, replacedEventId: applied.eventId };
}

function shareOf(
  { entries }: ShareAction,
  newGrants: ReadonlyMap<AuditEntry, Grant>,
  { itemOf, nameOf, sandboxOrgId }: AuditLogContext,
): Share[] {
  const reported = entries.filter((entry) => newGrants.has(entry));
  const [first] = reported;
  if (first === undefined) return [];
  const keys = new Set(reported.map(({ grant }) => grant.key));
  const item = itemOf(first.itemId);
  const actorName = nameOf(first.actor, first.at) ?? item?.people.get(mailboxOf(first.actor))?.name;
  const { actorEmail } = first;
  const grants = grantsByKey(entries.filter(({ grant }) => keys.has(grant.key)));
  const share = buildShare({
    detector: 'audit-log',
    sandboxOrgId,
    item: item?.facts ?? loggedFactsOf(reported.find(({ title }) => title !== '') ?? first),
    at: first.at,
    actor: first.actor,
    ...(actorEmail !== undefined && { actorEmail }),
    ...(actorName !== undefined && { actorName }),
    grants: [...grants.values()].map((grant) => ({ ...grant, ...item?.people.get(grant.key) })),
  });
  for (const entry of reported) {
    const grant = newGrants.get(entry);
    if (grant !== undefined) grant.eventId = share.eventId;
  }
  return [share];
}

/** The share of the grants in a replaced share that the audit log does not contain. */
function remainingShareOf(eventId: string, context: AuditLogContext): Share[] {
  const { grants, awaiting, sandboxOrgId } = context;
  const share = awaiting.get(eventId);
  const remaining = grants.grantsOfEvent(eventId);
  if (share === undefined || remaining.length === 0) return [];
  const emails = new Map(share.drive?.grantees.map(({ email }) => [mailboxOf(email), email]));
  const rest = buildRemainingShare(
    share,
    remaining.map((grant) => ({
      ...externalGrantOf(grant, emails.get(grant.grantee) ?? grant.grantee),
      ordinal: ordinalOf(grant, grants),
    })),
    sandboxOrgId,
  );
  for (const grant of remaining) grant.eventId = rest.eventId;
  return [rest];
}

function ordinalOf(grant: Grant, grants: LoadedGrants): number {
  return grants.history(grant.itemId, grant.grantee).ordinalOf(grant);
}

function externalGrantOf({ grantee, kind, role, expiresAt }: Grant, email: string): ExternalGrant {
  const hasEmail = kind === 'user' || kind === 'group';
  return {
    key: grantee,
    kind,
    role,
    ...(hasEmail && { email }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** For an item that Google no longer shows. */
function loggedFactsOf({ itemId, item, title, documentType }: AuditEntry): ItemFacts {
  return { itemId, item, title, ...(documentType !== undefined && { fileType: documentType }) };
}

/**
 * One grant per grantee, with the address that was logged first. A link's grant is logged under two
 * names, in any order, and only one of the entries contains the role; the other has the least role.
 */
function grantsByKey(entries: readonly AuditEntry[]): Map<string, ExternalGrant> {
  const grants = new Map<string, ExternalGrant>();
  for (const { grant } of entries) {
    const isLink = grant.kind === 'anyone' || grant.kind === 'domain';
    const isKnown = isLink && grant.role === LEAST_ROLE && grants.has(grant.key);
    const { email } = grants.get(grant.key) ?? grant;
    if (!isKnown) grants.set(grant.key, { ...grant, ...(email !== undefined && { email }) });
  }
  return grants;
}
