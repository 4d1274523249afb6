import { isInternalAddress, isInternalSharer } from './address.ts';
import type { Share, Sharer } from './share.ts';

/** Why a share is not reported. In the order of judging: the first that applies is recorded. */
export const SKIP_REASONS = [
  'before-start',
  'ignored-creator',
  'internal-only',
  'external-sharer',
  'link-only',
  'no-address',
  'no-url',
  'unmatched',
  'operator',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface PolicyRules {
  /** epoch milliseconds; absent: no share is too old, as in a backfill */
  readonly start?: number | undefined;
  /** Salesforce user Ids (15 or 18 characters) or usernames */
  readonly ignoreCreatedBy: readonly string[];
  readonly internalDomains: readonly string[];
  /** what becomes of Drive shares with anyone, or with a whole foreign domain */
  readonly linkShares: 'skip' | 'report';
}

export interface ShareFacts {
  readonly share: Share;
  /** of the people whom the share names; known only after matching */
  readonly recipientEmails: readonly string[];
}

export interface HoldRules {
  readonly holdDays: number;
  readonly unmatched: 'send' | 'skip';
}

export interface DecisionFacts extends ShareFacts {
  readonly matched: boolean;
  /** epoch milliseconds */
  readonly now: number;
  /** the audit log may still say who shared it, and when */
  readonly awaitsAuditLog: boolean;
  /** epoch milliseconds: the run that judges began then */
  readonly runStartedAt: number;
}

/** What a held share waits for: its Salesforce record, or the audit log's word. */
export type HoldReason = 'unmatched' | 'audit-log';

/** The state in which a share enters the outbox. */
export type Decision =
  | { readonly state: 'pending' }
  /** judged anew, with a new match, each run until `notBefore` (epoch milliseconds) */
  | { readonly state: 'held'; readonly reason: HoldReason; readonly notBefore: number }
  | { readonly state: 'skipped'; readonly reason: SkipReason };

const DAY_MS = 24 * 60 * 60 * 1000;
const AUDIT_LOG_HOLD_MS = DAY_MS;
const ID_LENGTH_SHORT = 15;
const ID_LENGTH_LONG = 18;

/**
 * The reasons that are plain before any look-up: where one applies, none is needed. They come
 * before all of `lateSkip`'s, so judging in two steps gives the same reason as judging in one.
 */
export function earlySkip(share: Share, rules: PolicyRules): SkipReason | undefined {
  if (rules.start !== undefined && share.sharedAt < rules.start) return 'before-start';
  if (rules.ignoreCreatedBy.some((entry) => isCreator(share.sharer, entry))) {
    return 'ignored-creator';
  }
  return undefined;
}

/** The reasons that need the share's people, and those that rank after them. */
export function lateSkip(facts: ShareFacts, rules: PolicyRules): SkipReason | undefined {
  const { share } = facts;
  const domains = rules.internalDomains;
  // A Drive share names its people itself, whatever Salesforce knows of them.
  const emails = share.drive?.grantees.map(({ email }) => email) ?? facts.recipientEmails;
  const allInternal = emails.every((email) => isInternalAddress(email, domains));
  if (emails.length > 0 && allInternal) return 'internal-only';
  if (isOutsider(share.sharer, domains)) return 'external-sharer';
  const { unnamed } = share.drive ?? {};
  const reported = unnamed === 'link-only' && rules.linkShares === 'report';
  if (unnamed !== undefined && !reported) return unnamed;
  if (!share.content.url) return 'no-url';
  return undefined;
}

/** Why the share is not reported, whatever its match: all reasons in their order. */
export function skipReason(facts: ShareFacts, rules: PolicyRules): SkipReason | undefined {
  return earlySkip(facts.share, rules) ?? lateSkip(facts, rules);
}

/**
 * What becomes of a share. One that the audit log may still speak of waits a day at most for its
 * word. One without a Salesforce record waits `holdDays` from the time of the share, for its record
 * to appear; then the configuration says whether it goes.
 */
export function decide(facts: DecisionFacts, rules: PolicyRules & HoldRules): Decision {
  const reason = skipReason(facts, rules);
  if (reason !== undefined) return { state: 'skipped', reason };
  if (facts.awaitsAuditLog) {
    // From the run's start, or the run of the next night would come minutes too early for it.
    const notBefore = facts.runStartedAt + AUDIT_LOG_HOLD_MS;
    return { state: 'held', reason: 'audit-log', notBefore };
  }
  if (facts.matched) return { state: 'pending' };
  const notBefore = facts.share.sharedAt + rules.holdDays * DAY_MS;
  if (facts.now < notBefore) return { state: 'held', reason: 'unmatched', notBefore };
  return rules.unmatched === 'skip'
    ? { state: 'skipped', reason: 'unmatched' }
    : { state: 'pending' };
}

/** What a run can say about an event that waits for the audit log. */
export interface AuditLogWait {
  /** epoch milliseconds, as `decide` set it */
  readonly notBefore: number;
  /** epoch milliseconds: when the run started */
  readonly runStartedAt: number;
  /** the run has read the audit log, or there is none to wait for */
  readonly auditLogRead: boolean;
  /** epoch milliseconds */
  readonly now: number;
}

/** True until a later run has read the audit log, or a day is over. */
export function stillAwaitsAuditLog(wait: AuditLogWait): boolean {
  if (wait.now >= wait.notBefore) return false;
  const heldByThisRun = wait.notBefore - AUDIT_LOG_HOLD_MS >= wait.runStartedAt;
  return heldByThisRun || !wait.auditLogRead;
}

function isOutsider(sharer: Sharer | undefined, domains: readonly string[]): boolean {
  // Without an address nothing says that the sharer is an outsider.
  return Boolean(sharer?.email) && !isInternalSharer(sharer?.email ?? '', domains);
}

function isCreator(sharer: Sharer | undefined, entry: string): boolean {
  const wanted = entry.trim();
  if (wanted.toLowerCase() === sharer?.username?.toLowerCase()) return true;
  return sharer?.id !== undefined && isSameId(sharer.id, wanted);
}

/**
 * Salesforce: the 15-character form compares by case; the 18-character form, whose last three
 * characters carry the case of the others, does not.
 */
function isSameId(one: string, other: string): boolean {
  if (one.length === ID_LENGTH_LONG && other.length === ID_LENGTH_LONG) {
    return one.toLowerCase() === other.toLowerCase();
  }
  return one.slice(0, ID_LENGTH_SHORT) === other;
}
