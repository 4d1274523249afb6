import type { TenantConfig } from '../config/types.ts';
import { type Match, matchShare } from '../crm/match.ts';
import { withNames } from '../crm/record-names.ts';
import type { CrmRecords } from '../crm/records.ts';
import { refusalFor } from '../crm/refused-look-ups.ts';
import { type BodySettings, buildBody } from '../event/build.ts';
import { problemsOf } from '../event/contract.ts';
import type { NewEvent } from '../outbox/outbox-event.ts';
import type { Insiders } from '../share/address.ts';
import {
  type DecisionFacts,
  decide,
  earlySkip,
  type HoldRules,
  type PolicyRules,
} from '../share/policy.ts';
import type { Share, SourceName } from '../share/share.ts';

/** The settings of a tenant that decide what happens to a share. */
export interface Rules {
  readonly policy: PolicyRules & HoldRules;
  /** epoch milliseconds: replaces `policy.start` for a source that a `rebind` started again */
  readonly readFrom?: Partial<Readonly<Record<SourceName, number>>>;
  /** who is internal for Drive shares: the Directory's domains and users, too */
  readonly driveInsiders: Insiders;
  readonly body: BodySettings;
  readonly timezone: string;
}

/** `start`: epoch milliseconds; earlier shares are not reported. Undefined for a backfill. */
export function rulesOf(tenant: TenantConfig, start: number | undefined): Rules {
  const { reportingSystem, workspaceId, actionName } = tenant.gong;
  return {
    policy: {
      start,
      ignoreCreatedBy: tenant.salesforce.ignoreCreatedBy,
      internalDomains: tenant.internalDomains,
      linkShares: tenant.googleDrive?.linkShares ?? 'skip',
      holdDays: tenant.crm.holdDays,
      unmatched: tenant.crm.unmatched,
    },
    driveInsiders: { domains: tenant.internalDomains, addresses: new Set() },
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
  return reason && { eventId: share.eventId, share, state: 'skipped', reason };
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
    return { eventId: share.eventId, share, errors: [refusal.message], ...decision };
  }
  const event = { eventId: share.eventId, share, match: withNames(match, records) };
  if (decision.state !== 'pending') return { ...event, ...decision };
  return { ...event, ...withBody(share, match, rules.body) };
}

/** Builds the event that an operator asked for: queued regardless of the policy. Pure. */
export function decideForced(share: Share, records: CrmRecords, rules: Rules): NewEvent {
  const match = matchShare(share, records, { timezone: rules.timezone });
  const named = withNames(match, records);
  return { eventId: share.eventId, share, match: named, ...withBody(share, match, rules.body) };
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
function withBody(
  share: Share,
  match: Match,
  settings: BodySettings,
): Pick<NewEvent, 'state' | 'body' | 'errors'> {
  const body = buildBody(share, match, settings);
  const errors = problemsOf(body);
  return errors.length === 0 ? { state: 'pending', body } : { state: 'rejected', body, errors };
}
