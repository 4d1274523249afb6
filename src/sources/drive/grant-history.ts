import { DRIVE_LIMITS } from './limits.ts';
import type { GranteeKind, OutsideGrant } from './outsiders.ts';

/** One time that an outsider had access to an item; times in epoch milliseconds. */
export interface Grant {
  readonly itemId: string;
  readonly grantee: string;
  readonly generation: number;
  readonly kind: GranteeKind;
  readonly inherited: boolean;
  role: string;
  /** whose item it is: `user/EMAIL` or `drive/ID` */
  owner: string;
  seenBy: 'audit-log' | 'changes' | 'baseline';
  /** a moment at which it certainly stood */
  seenAt: number;
  /** the act's time; undefined where the audit log has not told of the act */
  grantedAt: number | undefined;
  expiresAt: number | undefined;
  revokedAt: number | undefined;
  /** ended because the item went out of sight */
  removed: boolean;
  sweptAt: number | undefined;
  /** the event that reports it */
  eventId: string | undefined;
}

/** A grant, revocation or change of role as the audit log tells it. */
export interface LoggedGrant {
  readonly itemId: string;
  readonly grant: OutsideGrant;
  readonly owner: string;
  /** epoch milliseconds */
  readonly at: number;
}

/**
 * What a told grant is:
 * - `new`: nobody has reported it
 * - `seen`: another detector reported it, as the event `eventId`
 * - `known`: the same telling again
 */
export type AppliedGrant =
  | { readonly kind: 'new'; readonly grant: Grant }
  | { readonly kind: 'seen'; readonly grant: Grant; readonly eventId: string }
  | { readonly kind: 'known' };

/**
 * All times that one outsider had access to one item, of his own or by inheritance. What the audit log tells may come
 * in any order: the line is the same in the end.
 *
 * A grant whose act is not told yet began at an unknown time before `seenAt`. An act that is told
 * claims the first such grant that can have come from it; where none can, it is a grant of its own.
 */
export class GrantHistory {
  readonly grants: Grant[];

  constructor(grants: readonly Grant[]) {
    this.grants = [...grants];
  }

  /** The latest grant of the outsider's own, ended or not. */
  get latest(): Grant | undefined {
    return this.#inOrder().at(-1);
  }

  get latestInherited(): Grant | undefined {
    return this.grants.findLast(({ inherited }) => inherited);
  }

  /** True for the telling of a grant that was told before. */
  includes(telling: LoggedGrant): boolean {
    return this.#inOrder().some((grant) => isSameTelling(grant, telling));
  }

  applyGrant(telling: LoggedGrant): AppliedGrant {
    const { at } = telling;
    if (this.includes(telling)) return { kind: 'known' };
    const unclaimed = this.#inOrder().find((grant, index, grants) =>
      isClaimable(grant, { at, before: grants[index - 1] }),
    );
    if (unclaimed !== undefined) return this.#claim(unclaimed, at);
    return { kind: 'new', grant: this.#insert(telling) };
  }

  applyRevoke(telling: LoggedGrant): void {
    const { at } = telling;
    if (this.#inOrder().some((grant) => isSameEnd(grant, at))) return;
    const last = this.#lastFrom(at);
    const { revokedAt: end = Number.POSITIVE_INFINITY, removed = false } = last ?? {};
    if (last === undefined || end <= at) {
      this.#beginEnded(telling);
      return;
    }
    endAt(last, at);
    if (last.seenBy === 'baseline' && last.seenAt > at) this.#beginAgain(last, telling);
    // Given again after this end, and ended as it was seen to.
    const isSeen = Number.isFinite(end) && !this.#inOrder().some((grant) => startOf(grant) === end);
    if (isSeen) this.#beginEnded({ ...telling, at: end }).removed = removed;
  }

  applyRoleChange(telling: LoggedGrant): void {
    const { at, grant } = telling;
    const current = this.#lastFrom(at);
    if (current !== undefined && !isEnded(current, at)) {
      if (current === this.latest) current.role = grant.role;
      return;
    }
    // What was seen to stand later, and began nobody knows when, is what was changed here.
    const next = this.#inOrder().find((candidate) => startOf(candidate) > at);
    const isSeen = next !== undefined && next.grantedAt === undefined;
    if (!isSeen) this.begin(telling, { seenBy: 'audit-log' });
  }

  /** Adds a generation that stood at `telling.at`. */
  begin(
    { itemId, grant, owner, at }: LoggedGrant,
    how: {
      readonly seenBy: Grant['seenBy'];
      readonly grantedAt?: number;
      readonly inherited?: boolean;
    },
  ): Grant {
    const begun: Grant = {
      itemId,
      grantee: grant.key,
      generation: 1 + Math.max(0, ...this.grants.map(({ generation }) => generation)),
      kind: grant.kind,
      inherited: how.inherited ?? false,
      role: grant.role,
      owner,
      seenBy: how.seenBy,
      seenAt: at,
      grantedAt: how.grantedAt,
      expiresAt: grant.expiresAt,
      revokedAt: undefined,
      removed: false,
      sweptAt: undefined,
      eventId: undefined,
    };
    this.grants.push(begun);
    return begun;
  }

  /** Stood again when everything was read first, by an act that is not told: still nobody's news. */
  #beginAgain(ended: Grant, { itemId, owner, grant }: LoggedGrant): void {
    const { seenAt, role, expiresAt } = ended;
    const { expiresAt: _told, ...outsider } = grant;
    const again = { ...outsider, role, ...(expiresAt !== undefined && { expiresAt }) };
    this.begin({ itemId, owner, grant: again, at: seenAt }, { seenBy: 'baseline' });
    ended.seenAt = startOf(ended);
  }

  /** What ended and whose beginning may still be told. */
  #beginEnded(telling: LoggedGrant): Grant {
    const ended = this.begin(telling, { seenBy: 'audit-log' });
    ended.revokedAt = telling.at;
    return ended;
  }

  /** Nobody has what he is given: what stood before had ended, and the end it had is the new one's. */
  #insert(telling: LoggedGrant): Grant {
    const { at } = telling;
    const next = this.#inOrder().find((each) => startOf(each) > at);
    const before = this.#lastFrom(at);
    const grant = this.begin(telling, { seenBy: 'audit-log', grantedAt: at });
    grant.revokedAt = next && startOf(next);
    if (before !== undefined && !isEnded(before, at)) {
      grant.revokedAt = before.revokedAt ?? grant.revokedAt;
      grant.removed = before.removed;
      endAt(before, at);
    }
    return grant;
  }

  #claim(grant: Grant, at: number): AppliedGrant {
    grant.grantedAt = at;
    const { eventId } = grant;
    return eventId === undefined ? { kind: 'new', grant } : { kind: 'seen', grant, eventId };
  }

  /** The last that began at or before `at`. */
  #lastFrom(at: number): Grant | undefined {
    return this.#inOrder().findLast((grant) => startOf(grant) <= at);
  }

  #inOrder(): Grant[] {
    return this.grants
      .filter(({ inherited }) => !inherited)
      .sort((one, other) => startOf(one) - startOf(other) || one.generation - other.generation);
  }
}

/** Ended by `at`: taken away, or run out. */
function isEnded({ revokedAt, expiresAt }: Grant, at: number): boolean {
  return (
    (revokedAt ?? Number.POSITIVE_INFINITY) <= at || (expiresAt ?? Number.POSITIVE_INFINITY) <= at
  );
}

export function endAt(grant: Grant, at: number): void {
  grant.revokedAt = Math.max(at, startOf(grant));
  grant.removed = false;
}

export function startOf({ grantedAt, seenAt }: Grant): number {
  return grantedAt ?? seenAt;
}

/**
 * An act that is told at `at` may be what the grant came from: the grant had not ended by then, and
 * the one before it had. One that stood long before is claimed, too: somebody without a Google
 * account is only told of once there is one.
 */
function isClaimable(
  grant: Grant,
  { at, before }: { readonly at: number; readonly before: Grant | undefined },
): boolean {
  if (grant.grantedAt !== undefined || isEnded(grant, at)) return false;
  return before === undefined || at >= (before.revokedAt ?? startOf(before));
}

/** The change log tells an end, too, and both events of a link do. */
function isSameEnd({ revokedAt }: Grant, at: number): boolean {
  return revokedAt !== undefined && Math.abs(revokedAt - at) <= DRIVE_LIMITS.changeLagMs;
}

/** A link's grant is logged twice, under two names, a moment apart. */
function isSameTelling(grant: Grant, { at, grant: told }: LoggedGrant): boolean {
  const { grantedAt } = grant;
  if (grantedAt === undefined) return false;
  if (grantedAt === at) return true;
  const isLink = told.kind === 'anyone' || told.kind === 'domain';
  return (
    isLink &&
    Math.abs(grantedAt - at) <= DRIVE_LIMITS.actMsMax &&
    !isEnded(grant, Math.max(at, grantedAt))
  );
}
