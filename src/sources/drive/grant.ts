import type { ExternalGrant, GranteeKind } from './external-grantees.ts';
import { DRIVE_LIMITS } from './limits.ts';

/** One period in which an external grantee has access to an item; times in epoch milliseconds. */
export interface Grant {
  readonly itemId: string;
  readonly grantee: string;
  /** numbers the grants of one grantee on one item */
  readonly generation: number;
  readonly kind: GranteeKind;
  readonly inherited: boolean;
  role: string;
  /** the item's owner; see stream-names.ts */
  owner: string;
  seenBy: 'audit-log' | 'changes' | 'baseline';
  /** a time at which the grant existed */
  seenAt: number;
  /** time of the share action; undefined while no audit log entry is known */
  grantedAt: number | undefined;
  expiresAt: number | undefined;
  revokedAt: number | undefined;
  /** the grant ended because the item was no longer visible */
  removed: boolean;
  /** start of the last sweep that found the grant */
  sweptAt: number | undefined;
  /** the event that reports the grant */
  eventId: string | undefined;
}

/** A grant, a revocation, or a change of role in the audit log. */
export interface LoggedGrant {
  readonly itemId: string;
  readonly grant: ExternalGrant;
  readonly owner: string;
  /** epoch milliseconds */
  readonly at: number;
}

/** True if the grant was revoked or expired by `at`. */
export function isEnded({ revokedAt, expiresAt }: Grant, at: number): boolean {
  return (
    (revokedAt ?? Number.POSITIVE_INFINITY) <= at || (expiresAt ?? Number.POSITIVE_INFINITY) <= at
  );
}

export function endGrant(grant: Grant, at: number): void {
  grant.revokedAt = Math.max(at, startOf(grant));
  grant.removed = false;
}

export function startOf({ grantedAt, seenAt }: Grant): number {
  return grantedAt ?? seenAt;
}

/**
 * True if a grant logged at `at` can be the origin of `grant`: by then, `grant` had not ended and the
 * previous one had. `at` can be long after `seenAt`: Google logs the grant to a person without a
 * Google account only once they have one.
 */
export function isClaimable(
  grant: Grant,
  { at, before }: { readonly at: number; readonly before: Grant | undefined },
): boolean {
  if (grant.grantedAt !== undefined || isEnded(grant, at)) return false;
  return before === undefined || at >= (before.revokedAt ?? startOf(before));
}

/** The change log also shows a grant's end, and the audit log logs a link's end as two events. */
export function isSameEnd({ revokedAt }: Grant, at: number): boolean {
  return revokedAt !== undefined && Math.abs(revokedAt - at) <= DRIVE_LIMITS.changeLagMs;
}

/**
 * The audit log logs a grant again under another qualifier, minutes apart, and a link's grant under
 * two names.
 */
export function isSameLoggedGrant(grant: Grant, { at }: LoggedGrant): boolean {
  const { grantedAt } = grant;
  if (grantedAt === undefined) return false;
  if (grantedAt === at) return true;
  const isClose = Math.abs(grantedAt - at) <= DRIVE_LIMITS.repeatedGrantMsMax;
  return isClose && !isEnded(grant, Math.max(at, grantedAt));
}
