import {
  endGrant,
  type Grant,
  isClaimable,
  isEnded,
  isSameEnd,
  isSameLoggedGrant,
  type LoggedGrant,
  startOf,
} from './grant.ts';

/**
 * The effect of a logged grant:
 * - `new`: no event reports the grant yet
 * - `seen`: the change log found the grant first; the event `eventId` reports it
 * - `known`: the same grant was applied before
 */
export type AppliedGrant =
  | { readonly kind: 'new'; readonly grant: Grant }
  | { readonly kind: 'seen'; readonly grant: Grant; readonly eventId: string }
  | { readonly kind: 'known' };

/**
 * All periods in which one grantee has access to one item, directly or by inheritance. Audit log
 * entries can arrive in any order: the resulting history is the same.
 *
 * A grant without an audit log entry began at an unknown time before `seenAt`. A logged grant claims
 * the first of these that it can explain. If it can explain none, it is a separate grant.
 */
export class GrantHistory {
  readonly grants: Grant[];

  constructor(grants: readonly Grant[]) {
    this.grants = [...grants];
  }

  /** The latest direct grant, ended or not. */
  get latest(): Grant | undefined {
    return this.#inOrder().at(-1);
  }

  get latestInherited(): Grant | undefined {
    return this.grants.findLast(({ inherited }) => inherited);
  }

  /**
   * 1 for the first direct grant that was recorded, then 2, and so on. Inherited grants do not count:
   * the order in which they are recorded differs between databases.
   */
  ordinalOf({ generation }: Grant): number {
    return this.grants.filter((grant) => !grant.inherited && grant.generation <= generation).length;
  }

  /** True if the logged grant was applied before. */
  includes(logged: LoggedGrant): boolean {
    return this.#inOrder().some(
      (grant) => isSameLoggedGrant(grant, logged) && !this.#endsBetween(logged.at, startOf(grant)),
    );
  }

  applyGrant(logged: LoggedGrant): AppliedGrant {
    const { at } = logged;
    if (this.includes(logged)) return { kind: 'known' };
    const unclaimed = this.#inOrder().find((grant, index, grants) =>
      isClaimable(grant, { at, before: grants[index - 1] }),
    );
    if (unclaimed !== undefined) return claim(unclaimed, at);
    return { kind: 'new', grant: this.#insert(logged) };
  }

  applyRevoke(logged: LoggedGrant): void {
    const { at } = logged;
    if (this.#inOrder().some((grant) => isSameEnd(grant, at))) return;
    const last = this.#lastFrom(at);
    const { revokedAt: end = Number.POSITIVE_INFINITY, removed = false } = last ?? {};
    if (last === undefined || end <= at) {
      this.#addEnded(logged);
      return;
    }
    endGrant(last, at);
    if (last.seenBy === 'baseline' && last.seenAt > at) this.#addBaselineAfter(last, logged);
    // An end that was seen later belongs to a grant made after this revocation.
    const isGrantedAgain =
      Number.isFinite(end) && !this.#inOrder().some((grant) => startOf(grant) === end);
    if (isGrantedAgain) this.#addEnded({ ...logged, at: end }).removed = removed;
  }

  applyRoleChange(logged: LoggedGrant): void {
    const { at, grant } = logged;
    const current = this.#lastFrom(at);
    if (current !== undefined && !isEnded(current, at)) {
      if (current === this.latest) current.role = grant.role;
      return;
    }
    // A grant first seen later, with an unknown start, is the one whose role changed here.
    const next = this.#inOrder().find((candidate) => startOf(candidate) > at);
    const isSeen = next !== undefined && next.grantedAt === undefined;
    if (!isSeen) this.add(logged, { seenBy: 'audit-log' });
  }

  /** Adds a grant that existed at `at`. */
  add(
    { itemId, grant, owner, at }: LoggedGrant,
    how: {
      readonly seenBy: Grant['seenBy'];
      readonly grantedAt?: number;
      readonly inherited?: boolean;
    },
  ): Grant {
    const added: Grant = {
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
    this.grants.push(added);
    return added;
  }

  /**
   * The baseline saw access after this revocation, so an action without a known entry granted it
   * again. It stays part of the baseline.
   */
  #addBaselineAfter(ended: Grant, { itemId, owner, grant }: LoggedGrant): void {
    const { seenAt, role, expiresAt } = ended;
    const { expiresAt: _loggedExpiry, ...grantee } = grant;
    const again = { ...grantee, role, ...(expiresAt !== undefined && { expiresAt }) };
    this.add({ itemId, owner, grant: again, at: seenAt }, { seenBy: 'baseline' });
    ended.seenAt = startOf(ended);
  }

  /** Adds a grant that ended at `logged.at`. A later entry can still date its start. */
  #addEnded(logged: LoggedGrant): Grant {
    const ended = this.add(logged, { seenBy: 'audit-log' });
    ended.revokedAt = logged.at;
    return ended;
  }

  /**
   * A grant implies that the previous one had ended. Ends it at `at`; its recorded end becomes the
   * end of the new grant.
   */
  #insert(logged: LoggedGrant): Grant {
    const { at } = logged;
    const next = this.#inOrder().find((each) => startOf(each) > at);
    const before = this.#lastFrom(at);
    const grant = this.add(logged, { seenBy: 'audit-log', grantedAt: at });
    grant.revokedAt = next && startOf(next);
    if (before !== undefined && !isEnded(before, at)) {
      grant.revokedAt = before.revokedAt ?? grant.revokedAt;
      grant.removed = before.removed;
      endGrant(before, at);
    }
    return grant;
  }

  /** True if a grant ended between the two times: what was granted before is not what was after. */
  #endsBetween(from: number, until: number): boolean {
    return this.#inOrder().some(
      ({ revokedAt }) => revokedAt !== undefined && revokedAt > from && revokedAt < until,
    );
  }

  /** The last direct grant that began at or before `at`. */
  #lastFrom(at: number): Grant | undefined {
    return this.#inOrder().findLast((grant) => startOf(grant) <= at);
  }

  #inOrder(): Grant[] {
    return this.grants
      .filter(({ inherited }) => !inherited)
      .sort((one, other) => startOf(one) - startOf(other) || one.generation - other.generation);
  }
}

/** Dates a grant that was only seen so far. */
function claim(grant: Grant, at: number): AppliedGrant {
  grant.grantedAt = at;
  const { eventId } = grant;
  return eventId === undefined ? { kind: 'new', grant } : { kind: 'seen', grant, eventId };
}
