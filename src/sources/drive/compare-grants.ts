import type { ExternalGrant } from './external-grantees.ts';
import { endGrant, type Grant, startOf } from './grant.ts';
import type { GrantHistory } from './grant-history.ts';
import { LoggedElsewhere } from './grants-under-other-address.ts';
import type { LoadedGrants } from './loaded-grants.ts';

/** The external access to an item, as it is now. */
export interface ItemAccess {
  readonly itemId: string;
  /** the item's owner; see stream-names.ts */
  readonly owner: string;
  /** epoch milliseconds: a time at which this access existed */
  readonly at: number;
  readonly own: readonly ExternalGrant[];
  /** access by inheritance only; undefined if it was not read */
  readonly inherited?: readonly ExternalGrant[];
  /** some of the access cannot be read: a grant that is missing here may exist */
  readonly isIncomplete?: boolean;
}

/**
 * How to treat a grant that is not on record:
 * - `report`: it is new
 * - `baseline`: it existed before the first reading
 */
export interface CompareOptions {
  readonly unknown: 'report' | 'baseline';
  /** epoch milliseconds: decides which grants have expired */
  readonly now: number;
  /** start of the sweep that found the item */
  readonly sweptAt: number | undefined;
}

/** A grant that no event reports yet, on record and as seen. */
export interface NewGrant {
  readonly grant: Grant;
  readonly seen: ExternalGrant;
  /** see GrantHistory */
  readonly ordinal: number;
}

/**
 * Compares an item's access with the grants on record and updates them. Returns grants that are new
 * or were made again. A changed role is recorded, and a missing grant has ended.
 */
export function compareGrants(
  grants: LoadedGrants,
  access: ItemAccess,
  options: CompareOptions,
): NewGrant[] {
  const fresh: NewGrant[] = [];
  const own = byKey(access.own);
  const loggedElsewhere = new LoggedElsewhere(grants.histories(access.itemId), {
    at: access.at,
    keys: new Set(own.keys()),
  });
  for (const [key, seen] of own) {
    const history = grants.history(access.itemId, key);
    const known = findOpenGrant(history, seen, { access, options });
    const grant = known ?? addGrant(history, seen, { access, options });
    if (known === undefined && options.unknown === 'report') {
      const logged = loggedElsewhere.take(seen);
      if (logged === undefined) {
        fresh.push({ grant, seen, ordinal: history.ordinalOf(grant) });
      } else {
        Object.assign(grant, { grantedAt: logged.grantedAt, eventId: logged.eventId });
      }
    }
    grant.role = seen.role;
    grant.expiresAt = seen.expiresAt;
    grant.owner = access.owner;
    if (options.sweptAt !== undefined) grant.sweptAt = options.sweptAt;
  }
  for (const [key, { latest }] of grants.histories(access.itemId)) {
    if (latest === undefined || own.has(key)) continue;
    if (access.isIncomplete) {
      keepGrant(latest, options.sweptAt);
      continue;
    }
    // The item is visible again without this grant: if it appears later, it was made again.
    if (latest.removed) latest.removed = false;
    if (!isOver(latest, options.now)) endGrant(latest, access.at);
  }
  if (access.inherited !== undefined) recordInherited(grants, access, options);
  return fresh;
}

/**
 * Records grants as baseline and ends none. For grantees who were internal until the configuration
 * changed.
 */
export function recordBaseline(
  grants: LoadedGrants,
  access: ItemAccess,
  options: CompareOptions,
): void {
  const context = { access, options: { ...options, unknown: 'baseline' } } as const;
  for (const [key, seen] of byKey(access.own)) {
    const history = grants.history(access.itemId, key);
    if (findOpenGrant(history, seen, context) === undefined) addGrant(history, seen, context);
  }
}

/** Ends the grants of an item that was deleted or can no longer be read. */
export function recordItemGone(
  grants: LoadedGrants,
  gone: { readonly itemId: string; readonly owner: string; readonly at: number },
): void {
  for (const history of grants.histories(gone.itemId).values()) {
    for (const grant of history.grants) {
      // If the item has another owner now, that owner's change log reports it.
      if (grant.owner !== gone.owner || grant.revokedAt !== undefined) continue;
      endGrant(grant, gone.at);
      grant.removed = true;
    }
  }
}

/** Keeps the grants of items that a sweep found, but that cannot be read. */
export function keepGrants(
  grants: LoadedGrants,
  itemIds: readonly string[],
  sweptAt: number | undefined,
): void {
  for (const itemId of itemIds) {
    for (const history of grants.histories(itemId).values()) {
      for (const grant of history.grants) keepGrant(grant, sweptAt);
    }
  }
}

/** Otherwise the end of the sweep would end the grant. */
function keepGrant(grant: Grant, sweptAt: number | undefined): void {
  if (sweptAt !== undefined) grant.sweptAt = sweptAt;
}

interface Context {
  readonly access: ItemAccess;
  readonly options: CompareOptions;
}

/** The grant on record that `seen` continues; undefined if `seen` is new or was made again. */
function findOpenGrant(
  history: GrantHistory,
  seen: ExternalGrant,
  { access, options }: Context,
): Grant | undefined {
  const { latest } = history;
  if (latest === undefined || hasUnknownOrigin(latest, options.now)) return undefined;
  if (!isOver(latest, options.now)) return latest;
  const isProlonged =
    latest.revokedAt === undefined &&
    access.at < (latest.expiresAt ?? 0) &&
    latest.expiresAt !== seen.expiresAt;
  // `removed`: the item is visible again (restored, or with another owner); no one granted it again.
  if (!latest.removed && !isProlonged) return undefined;
  latest.revokedAt = undefined;
  latest.removed = false;
  return latest;
}

/**
 * True for a grant that is known only from a change of its role in the audit log. Its origin is not
 * logged yet, and perhaps never is, so the grant must not count as reported.
 */
function hasUnknownOrigin(grant: Grant, now: number): boolean {
  const { seenBy, grantedAt, eventId } = grant;
  return (
    seenBy === 'audit-log' &&
    grantedAt === undefined &&
    eventId === undefined &&
    !isOver(grant, now)
  );
}

/** A revocation counts regardless of `now`: our clock can be minutes behind Google's. */
function isOver({ revokedAt, expiresAt }: Grant, now: number): boolean {
  return revokedAt !== undefined || (expiresAt ?? Number.POSITIVE_INFINITY) <= now;
}

function addGrant(history: GrantHistory, seen: ExternalGrant, { access, options }: Context): Grant {
  const seenBy = options.unknown === 'report' ? 'changes' : 'baseline';
  const { latest } = history;
  if (latest !== undefined && hasUnknownOrigin(latest, options.now)) {
    latest.seenBy = seenBy;
    return latest;
  }
  // A grant that was made again begins after the end of the previous one.
  const at = Math.max(access.at, latest === undefined ? 0 : (latest.revokedAt ?? startOf(latest)));
  return history.add({ ...access, grant: seen, at }, { seenBy });
}

function recordInherited(
  grants: LoadedGrants,
  access: ItemAccess,
  { sweptAt }: CompareOptions,
): void {
  const inherited = byKey(access.inherited ?? []);
  for (const [key, seen] of inherited) {
    const history = grants.history(access.itemId, key);
    const known = history.latestInherited;
    const open = known?.revokedAt === undefined ? known : undefined;
    const grant =
      open ?? history.add({ ...access, grant: seen }, { seenBy: 'changes', inherited: true });
    grant.role = seen.role;
    // Otherwise the end of the sweep would end this grant, which items in this folder rely on.
    if (sweptAt !== undefined) grant.sweptAt = sweptAt;
  }
  for (const [key, { latestInherited }] of grants.histories(access.itemId)) {
    if (latestInherited === undefined || latestInherited.revokedAt !== undefined) continue;
    if (inherited.has(key)) continue;
    if (access.isIncomplete) keepGrant(latestInherited, sweptAt);
    else endGrant(latestInherited, access.at);
  }
}

function byKey(grants: readonly ExternalGrant[]): Map<string, ExternalGrant> {
  return new Map(grants.map((grant) => [grant.key, grant]));
}
