import type { GrantBook } from './grant-book.ts';
import { endAt, type Grant, type GrantHistory, startOf } from './grant-history.ts';
import type { OutsideGrant } from './outsiders.ts';

/** Who outside has access to an item now. */
export interface ItemState {
  readonly itemId: string;
  /** whose item it is: `user/EMAIL` or `drive/ID` */
  readonly owner: string;
  /** epoch milliseconds: a moment at which this was so */
  readonly at: number;
  readonly own: readonly OutsideGrant[];
  /** by inheritance alone; absent where that was not read */
  readonly inherited?: readonly OutsideGrant[];
}

/**
 * - `report`: what is not on record is new
 * - `baseline`: what is not on record stood before anybody looked
 */
export interface Comparing {
  readonly unknown: 'report' | 'baseline';
  /** epoch milliseconds: what had run out by then has ended */
  readonly now: number;
  /** the start of the sweep that meets the item */
  readonly sweptAt: number | undefined;
}

/** A grant that nobody gave or reported before, and how it was seen. */
export interface FreshGrant {
  readonly grant: Grant;
  readonly seen: OutsideGrant;
}

/**
 * Compares an item's state with the record and brings the record up to date: what is new or given
 * again is returned, a changed role is noted, what is missing has ended.
 */
export function compare(book: GrantBook, state: ItemState, comparing: Comparing): FreshGrant[] {
  const fresh: FreshGrant[] = [];
  const own = byKey(state.own);
  for (const [key, seen] of own) {
    const line = book.line(state.itemId, key);
    const known = stands(line, seen, { state, comparing });
    const grant = known ?? begun(line, seen, { state, comparing });
    if (known === undefined && comparing.unknown === 'report') fresh.push({ grant, seen });
    grant.role = seen.role;
    grant.expiresAt = seen.expiresAt;
    grant.owner = state.owner;
    if (comparing.sweptAt !== undefined) grant.sweptAt = comparing.sweptAt;
  }
  for (const [key, line] of book.lines(state.itemId)) {
    const { latest } = line;
    if (latest === undefined || own.has(key)) continue;
    // In sight again, and without it: it does not come back by itself any more.
    if (latest.removed) latest.removed = false;
    if (!isOver(latest, comparing.now)) endAt(latest, state.at);
  }
  if (state.inherited !== undefined) noteInherited(book, state, comparing);
  return fresh;
}

/**
 * Notes grants as having stood, and ends none: for grantees who were inside until the configuration
 * changed.
 */
export function noteBaseline(book: GrantBook, state: ItemState, comparing: Comparing): void {
  for (const [key, seen] of byKey(state.own)) {
    const line = book.line(state.itemId, key);
    if (stands(line, seen, { state, comparing }) === undefined) {
      begun(line, seen, { state, comparing: { ...comparing, unknown: 'baseline' } });
    }
  }
}

/** The item is out of sight: deleted, or not to be read any more. */
export function compareGone(
  book: GrantBook,
  gone: { readonly itemId: string; readonly owner: string; readonly at: number },
): void {
  for (const line of book.lines(gone.itemId).values()) {
    for (const grant of line.grants) {
      // In another's hands, the item is for that one's log to speak of.
      if (grant.owner !== gone.owner || grant.revokedAt !== undefined) continue;
      endAt(grant, gone.at);
      grant.removed = true;
    }
  }
}

interface Context {
  readonly state: ItemState;
  readonly comparing: Comparing;
}

/** The grant on record that the seen one is; undefined where it is new, or given again. */
function stands(line: GrantHistory, seen: OutsideGrant, context: Context): Grant | undefined {
  const { state, comparing } = context;
  const { latest } = line;
  if (latest === undefined || isUntold(latest, comparing.now)) return undefined;
  if (!isOver(latest, comparing.now)) return latest;
  // Back in sight, by nobody's giving: restored, or in other hands.
  const isBack = latest.removed;
  const isProlonged =
    latest.revokedAt === undefined &&
    state.at < (latest.expiresAt ?? 0) &&
    latest.expiresAt !== seen.expiresAt;
  if (!isBack && !isProlonged) return undefined;
  latest.revokedAt = undefined;
  latest.removed = false;
  return latest;
}

/**
 * The audit log told of a change of the grant, but not who gave it and when: without this, what the
 * audit log never tells would count as known.
 */
function isUntold(grant: Grant, now: number): boolean {
  const { seenBy, grantedAt, eventId } = grant;
  return (
    seenBy === 'audit-log' &&
    grantedAt === undefined &&
    eventId === undefined &&
    !isOver(grant, now)
  );
}

/** An end counts by itself, not by our clock, which may be minutes behind Google's. */
function isOver({ revokedAt, expiresAt }: Grant, now: number): boolean {
  return revokedAt !== undefined || (expiresAt ?? Number.POSITIVE_INFINITY) <= now;
}

function begun(line: GrantHistory, seen: OutsideGrant, { state, comparing }: Context): Grant {
  const seenBy = comparing.unknown === 'report' ? 'changes' : 'baseline';
  const { latest } = line;
  if (latest !== undefined && isUntold(latest, comparing.now)) {
    latest.seenBy = seenBy;
    return latest;
  }
  // Given again, it began after the end of the time before.
  const at = Math.max(state.at, latest === undefined ? 0 : (latest.revokedAt ?? startOf(latest)));
  return line.begin({ ...state, grant: seen, at }, { seenBy });
}

function noteInherited(book: GrantBook, state: ItemState, { sweptAt }: Comparing): void {
  const inherited = byKey(state.inherited ?? []);
  for (const [key, seen] of inherited) {
    const line = book.line(state.itemId, key);
    const known = line.latestInherited;
    const open = known?.revokedAt === undefined ? known : undefined;
    const grant =
      open ?? line.begin({ ...state, grant: seen }, { seenBy: 'changes', inherited: true });
    grant.role = seen.role;
    // Met by the sweep, or its end would end this grant, too, and with it what it explains below.
    if (sweptAt !== undefined) grant.sweptAt = sweptAt;
  }
  for (const [key, line] of book.lines(state.itemId)) {
    const known = line.latestInherited;
    if (known === undefined || known.revokedAt !== undefined || inherited.has(key)) continue;
    endAt(known, state.at);
  }
}

function byKey(grants: readonly OutsideGrant[]): Map<string, OutsideGrant> {
  return new Map(grants.map((grant) => [grant.key, grant]));
}
