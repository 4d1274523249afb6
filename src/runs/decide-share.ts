import type { TenantConfig } from '../config/types.ts';
import { LoadedRecords } from '../crm/loaded-records.ts';
import { type Match, matchShare } from '../crm/match.ts';
import { withNames } from '../crm/record-names.ts';
import type { CrmRecords } from '../crm/records.ts';
import { refusalFor } from '../crm/refused-look-ups.ts';
import { type BodySettings, buildBody } from '../event/build.ts';
import { problemsOf } from '../event/contract.ts';
import { namesOnlyForgotten, withoutForgotten, withoutPeople } from '../event/without-forgotten.ts';
import type { NewEvent } from '../outbox/outbox-event.ts';
import { STATES_AFTER_REPAIR } from '../outbox/write-events.ts';
import type { Insiders } from '../share/address.ts';
import type { ForgottenPeople } from '../share/forgotten.ts';
import {
  type DecisionFacts,
  decide,
  earlySkip,
  type HoldRules,
  type PolicyRules,
  type SkipReason,
} from '../share/policy.ts';
import type { Share, SourceName } from '../share/share.ts';

/** The settings of a tenant that decide what happens to a share. */
export interface Rules {
  readonly policy: PolicyRules & HoldRules;
  /** epoch milliseconds: replaces `policy.start` for a source that a `rebind` started again */
  readonly readFrom?: Partial<Readonly<Record<SourceName, number>>>;
  /** who is internal for Drive shares: the Directory's domains and users, too */
  readonly driveInsiders: Insiders;
  /** people whose data was erased: no event names them */
  readonly forgotten: ForgottenPeople;
  readonly body: BodySettings;
  readonly timezone: string;
}

/** `start`: epoch milliseconds; earlier shares are not reported. Undefined for a backfill. */
export function rulesOf(
  tenant: TenantConfig,
  start: number | undefined,
  forgotten: ForgottenPeople,
): Rules {
  const { reportingSystem, workspaceId, actionName } = tenant.gong;
  return {
    policy: {
      start,
      forgotten,
      ignoreCreatedBy: tenant.salesforce.ignoreCreatedBy,
      internalDomains: tenant.internalDomains,
      linkShares: tenant.googleDrive?.linkShares ?? 'skip',
      holdDays: tenant.crm.holdDays,
      unmatched: tenant.crm.unmatched,
    },
    driveInsiders: { domains: tenant.internalDomains, addresses: new Set() },
    forgotten,
    body: {
      reportingSystem,
      actionName,
      objectTypes: tenant.crm.objectTypes,
      ...(workspaceId !== undefined && { workspaceId }),
    },
    timezone: tenant.timezone,
  };
}

/** The decision, if it does not depend on Salesforce; otherwise undefined. */
export function decideEarly(share: Share, rules: Rules): NewEvent | undefined {
  const reason = earlySkip(share, policyOf(share, rules));
  if (reason === undefined) return undefined;
  return storable({ eventId: share.eventId, share, state: 'skipped', reason }, rules);
}

/** What a decision depends on besides the share and its records; see DecisionFacts. */
export type DecisionContext = { readonly rules: Rules } & Pick<
  DecisionFacts,
  'now' | 'awaitsAuditLog' | 'runStartedAt'
>;

/** Decides what happens to a share, given the records that were looked up for it. Pure. */
export function decideShare(share: Share, records: CrmRecords, context: DecisionContext): NewEvent {
  const { rules, ...when } = context;
  const match = matchShare(share, records, { timezone: rules.timezone });
  const recipientEmails = match.recipients.map((recipient) => recipient.email);
  const refusal = refusalFor(share, records);
  const isLookUpRefused = refusal !== undefined;
  const facts = { share, recipientEmails, matched: match.matched, isLookUpRefused, ...when };
  const decision = decide(facts, policyOf(share, rules));
  if (refusal) {
    // Without its reasons: they would say that no record exists.
    const held = { eventId: share.eventId, share, errors: [refusal.message], ...decision };
    return storable(held, rules);
  }
  const event = { eventId: share.eventId, share, match: withNames(match, records) };
  if (decision.state !== 'pending') return storable({ ...event, ...decision }, rules);
  return withBody(storable({ ...event, state: 'pending' }, rules), rules.body);
}

/**
 * Whether an event that the local check rejected leaves that state. One that is held for its records
 * does so only if its share alone makes a valid body: otherwise, it would be rejected again later. Pure.
 */
export function isRepaired({ state, share }: NewEvent, { body, timezone }: Rules): boolean {
  if (!STATES_AFTER_REPAIR.includes(state)) return false;
  if (state !== 'held') return true;
  const match = matchShare(share, new LoadedRecords(new Set()), { timezone });
  return problemsOf(buildBody(share, match, body)).length === 0;
}

/**
 * Builds the event that an operator asked for: queued regardless of the policy, unless all of its
 * people are forgotten. Pure.
 */
export function decideForced(share: Share, records: CrmRecords, rules: Rules): NewEvent {
  const match = withNames(matchShare(share, records, { timezone: rules.timezone }), records);
  const { forgotten, body } = rules;
  const isForgotten = namesOnlyForgotten({ share, match }, forgotten);
  const decision = isForgotten
    ? ({ state: 'skipped', reason: 'forgotten' } as const)
    : ({ state: 'pending' } as const);
  const event = storable({ eventId: share.eventId, share, match, ...decision }, rules);
  return isForgotten ? event : withBody(event, body);
}

/** The one place through which every event passes: it names no one who is forgotten. */
function storable(event: NewEvent, { forgotten }: Rules): NewEvent {
  const { eventId, share, state, reason } = event;
  if (reason !== ('forgotten' satisfies SkipReason)) return withoutForgotten(event, forgotten);
  return { eventId, share: withoutPeople(share), state, reason };
}

function policyOf({ source }: Share, rules: Rules): Rules['policy'] {
  const { driveInsiders, readFrom } = rules;
  const start = readFrom?.[source];
  // A backfill has no start: no share is too old for it.
  const isReplaced = start !== undefined && rules.policy.start !== undefined;
  const policy = isReplaced ? { ...rules.policy, start } : rules.policy;
  if (source !== 'google-drive') return policy;
  const { domains, addresses } = driveInsiders;
  return { ...policy, internalDomains: domains, internalAddresses: addresses };
}

/** Adds the body. An event that violates Gong's reference is rejected here and never sent. */
function withBody(event: NewEvent & { readonly match?: Match }, settings: BodySettings): NewEvent {
  const { share, match } = event;
  if (match === undefined) throw new Error(`${event.eventId} was not matched`);
  const body = buildBody(share, match, settings);
  const errors = problemsOf(body);
  if (errors.length === 0) return { ...event, state: 'pending', body };
  return { ...event, state: 'rejected', body, errors };
}
