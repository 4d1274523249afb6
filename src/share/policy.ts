import {
  addressOf,
  type Insiders,
  isInsider,
  isInternalSharer,
  isRobotAddress,
} from './address.ts';
import type { ForgottenPeople } from './forgotten.ts';
import type { Share, Sharer } from './share.ts';

/**
 * Why a share is not reported. The first reason that applies, in this order, is recorded; only
 * `forgotten` comes before all others.
 */
export const SKIP_REASONS = [
  'before-start',
  'ignored-creator',
  'internal-only',
  'external-sharer',
  'link-only',
  'service-account',
  'no-address',
  'no-url',
  'unmatched',
  'operator',
  'rebound',
  'forgotten',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface PolicyRules {
  /** epoch milliseconds; undefined in a backfill: no share is too old */
  readonly start?: number | undefined;
  /** Salesforce user Ids (15 or 18 characters) or usernames */
  readonly ignoreCreatedBy: readonly string[];
  readonly internalDomains: readonly string[];
  /** other internal addresses, in lower case; default: none */
  readonly internalAddresses?: Insiders['addresses'];
  /** people whose data was erased; default: none */
  readonly forgotten?: Pick<ForgottenPeople, 'includes'>;
  /** what to do with Drive shares with anyone or with an entire external domain */
  readonly linkShares: 'skip' | 'report';
}

export interface ShareFacts {
  readonly share: Share;
  /** addresses of the share's recipients; known only after matching */
  readonly recipientEmails: readonly string[];
}

export interface HoldRules {
  readonly holdDays: number;
  readonly unmatched: 'send' | 'skip';
}

export interface DecisionFacts extends ShareFacts {
  readonly matched: boolean;
  /** whether Salesforce refused a lookup that the match depends on */
  readonly isLookUpRefused?: boolean;
  /** epoch milliseconds */
  readonly now: number;
  /** the audit log can still supply the actor and the time */
  readonly awaitsAuditLog: boolean;
  /** epoch milliseconds: start of the deciding run */
  readonly runStartedAt: number;
}

/**
 * What a held share waits for: its Salesforce record, its audit log entry, or the permission to look
 * up its record.
 */
export const HOLD_REASONS = ['unmatched', 'audit-log', 'lookup-refused'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** The state in which a share enters the outbox. */
export type Decision =
  | { readonly state: 'pending' }
  /** each run matches and decides again, until `notBefore` (epoch milliseconds) if it is present */
  | { readonly state: 'held'; readonly reason: HoldReason; readonly notBefore?: number }
  | { readonly state: 'skipped'; readonly reason: SkipReason };

const DAY_MS = 24 * 60 * 60 * 1000;
const AUDIT_LOG_HOLD_MS = DAY_MS;
const NO_ADDRESSES: ReadonlySet<string> = new Set();
const ID_LENGTH_SHORT = 15;
const ID_LENGTH_LONG = 18;

/**
 * The reasons that need no look-up in Salesforce. They rank before all reasons of `lateSkip`, so
 * deciding in two steps records the same reason as deciding in one. A share with no one but forgotten
 * people comes first: what it shared is not kept for a backfill.
 */
export function earlySkip(share: Share, rules: PolicyRules): SkipReason | undefined {
  if (share.drive?.unnamed === 'forgotten') return 'forgotten';
  if (rules.start !== undefined && share.sharedAt < rules.start) return 'before-start';
  if (rules.ignoreCreatedBy.some((entry) => isCreator(share.sharer, entry))) {
    return 'ignored-creator';
  }
  return undefined;
}

/** The reasons that need the share's recipients, and those that rank after them. */
export function lateSkip(facts: ShareFacts, rules: PolicyRules): SkipReason | undefined {
  const { share } = facts;
  const { internalDomains: domains, internalAddresses: addresses = NO_ADDRESSES } = rules;
  const insiders: Insiders = { domains, addresses };
  // A Drive share names its grantees itself, whether or not Salesforce knows them.
  const emails = share.drive?.grantees.map(({ email }) => email) ?? facts.recipientEmails;
  if (emails.length > 0 && emails.every((email) => rules.forgotten?.includes(email))) {
    return 'forgotten';
  }
  const allInternal = emails.every((email) => isInsider(email, insiders));
  if (emails.length > 0 && allInternal) return 'internal-only';
  if (isExternalSharer(share.sharer, insiders)) return 'external-sharer';
  const { unnamed } = share.drive ?? {};
  const reported = unnamed === 'link-only' && rules.linkShares === 'report';
  if (unnamed !== undefined && !reported) return unnamed;
  if (!share.content.url) return 'no-url';
  return undefined;
}

/** Why the share is not reported, or undefined. Does not depend on the match. */
export function skipReason(facts: ShareFacts, rules: PolicyRules): SkipReason | undefined {
  return earlySkip(facts.share, rules) ?? lateSkip(facts, rules);
}

/**
 * Decides the state of a share. A share whose records cannot be looked up is held until they can,
 * and never counts as one without a record. A share that the audit log can still complete is held
 * for at most a day. A share without a Salesforce record is held until `sharedAt` plus `holdDays`;
 * then `unmatched` decides whether it is sent.
 */
export function decide(facts: DecisionFacts, rules: PolicyRules & HoldRules): Decision {
  const reason = skipReason(facts, rules);
  if (reason !== undefined) return { state: 'skipped', reason };
  if (facts.awaitsAuditLog) {
    // From the run's start: counted from now, the hold would end minutes after tomorrow's run.
    const notBefore = facts.runStartedAt + AUDIT_LOG_HOLD_MS;
    return { state: 'held', reason: 'audit-log', notBefore };
  }
  // Even if its record was found: what it leads to may be missing.
  if (facts.isLookUpRefused) return { state: 'held', reason: 'lookup-refused' };
  if (facts.matched) return { state: 'pending' };
  const notBefore = facts.share.sharedAt + rules.holdDays * DAY_MS;
  if (facts.now < notBefore) return { state: 'held', reason: 'unmatched', notBefore };
  return rules.unmatched === 'skip'
    ? { state: 'skipped', reason: 'unmatched' }
    : { state: 'pending' };
}

/** The facts that decide whether an event keeps waiting for the audit log. */
export interface AuditLogWait {
  /** epoch milliseconds, set by `decide` */
  readonly notBefore: number;
  /** epoch milliseconds: start of the current run */
  readonly runStartedAt: number;
  /** the run has read the audit log, or the tenant does not read it */
  readonly auditLogRead: boolean;
  /** epoch milliseconds */
  readonly now: number;
}

/** True until a later run has read the audit log or a day has passed. */
export function stillAwaitsAuditLog(wait: AuditLogWait): boolean {
  if (wait.now >= wait.notBefore) return false;
  // Another run whose clock was ahead can have set a later time.
  const heldByThisRun = wait.notBefore - AUDIT_LOG_HOLD_MS === wait.runStartedAt;
  return heldByThisRun || !wait.auditLogRead;
}

/**
 * Only a person with another company's address is an outsider. An automation is not a person, and
 * without an address the sharer is assumed to be internal.
 */
function isExternalSharer(sharer: Sharer | undefined, insiders: Insiders): boolean {
  const email = addressOf(sharer?.email);
  if (email === undefined || sharer?.isAutomation || isRobotAddress(email)) return false;
  return !isInsider(email, insiders) && !isInternalSharer(email, insiders.domains);
}

function isCreator(sharer: Sharer | undefined, entry: string): boolean {
  const creator = entry.trim();
  if (creator.toLowerCase() === sharer?.username?.toLowerCase()) return true;
  return sharer?.id !== undefined && isSameId(sharer.id, creator);
}

/**
 * Salesforce: the 15-character form is case-sensitive. The 18-character form is not: its last three
 * characters encode the case of the others.
 */
function isSameId(one: string, other: string): boolean {
  if (one.length === ID_LENGTH_LONG && other.length === ID_LENGTH_LONG) {
    return one.toLowerCase() === other.toLowerCase();
  }
  return one.slice(0, ID_LENGTH_SHORT) === other;
}
