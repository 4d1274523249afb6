import type { TenantConfig } from '../config/types.ts';
import { type Match, matchShare } from '../crm/match.ts';
import type { CrmRecords } from '../crm/records.ts';
import { type BodySettings, buildBody } from '../event/build.ts';
import { problemsOf } from '../event/contract.ts';
import type { NewEvent } from '../outbox/event-types.ts';
import {
  type DecisionFacts,
  decide,
  earlySkip,
  type HoldRules,
  type PolicyRules,
} from '../share/policy.ts';
import type { Share } from '../share/share.ts';

/** A tenant's settings as far as they decide what becomes of a share. */
export interface Rules {
  readonly policy: PolicyRules & HoldRules;
  /** what counts as inside for Drive shares: the Directory's domains too */
  readonly driveDomains: readonly string[];
  readonly body: BodySettings;
  readonly timezone: string;
}

/** `start` is the time before which a share is not reported; absent for a backfill. */
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
    driveDomains: tenant.internalDomains,
    body: {
      reportingSystem,
      actionName,
      objectTypes: tenant.crm.objectTypes,
      ...(workspaceId !== undefined && { workspaceId }),
    },
    timezone: tenant.timezone,
  };
}

/** What is plain without Salesforce; undefined where the share has to be looked up. */
export function decideEarly(share: Share, rules: Rules): NewEvent | undefined {
  const reason = earlySkip(share, rules.policy);
  return reason && { eventId: share.eventId, share, state: 'skipped', reason };
}

/** What `judge` goes by, beside the share and its records; see DecisionFacts. */
export type DecisionContext = { readonly rules: Rules } & Pick<
  DecisionFacts,
  'now' | 'awaitsAuditLog' | 'runStartedAt'
>;

/** What becomes of a share, given all that was looked up for it. Pure. */
export function decideShare(share: Share, records: CrmRecords, context: DecisionContext): NewEvent {
  const { rules, ...when } = context;
  const match = matchShare(share, records, { timezone: rules.timezone });
  const recipientEmails = match.recipients.map((recipient) => recipient.email);
  const facts = { share, recipientEmails, matched: match.matched, ...when };
  const decision = decide(facts, policyOf(share, rules));
  const event = { eventId: share.eventId, share, match };
  if (decision.state !== 'pending') return { ...event, ...decision };
  return { ...event, ...withBody(share, match, rules.body) };
}

/** The event as an operator wants it: queued whatever the policy says, with a new match. Pure. */
export function decideForced(share: Share, records: CrmRecords, rules: Rules): NewEvent {
  const match = matchShare(share, records, { timezone: rules.timezone });
  return { eventId: share.eventId, share, match, ...withBody(share, match, rules.body) };
}

function policyOf({ source }: Share, { policy, driveDomains }: Rules): Rules['policy'] {
  return source === 'google-drive' ? { ...policy, internalDomains: driveDomains } : policy;
}

/** The event with its body; one that breaks Gong's reference is rejected here, never sent. */
function withBody(
  share: Share,
  match: Match,
  settings: BodySettings,
): Pick<NewEvent, 'state' | 'body' | 'errors'> {
  const body = buildBody(share, match, settings);
  const errors = problemsOf(body);
  return errors.length === 0 ? { state: 'pending', body } : { state: 'rejected', body, errors };
}
