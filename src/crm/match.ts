import type { Share } from '../share/share.ts';
import { chooseDeal, type DealChoice } from './deal.ts';
import type { CrmRecords } from './records.ts';
import { followRelated, type Trail } from './trail.ts';

/** What crmContext may name, in the order in which the body names it. */
export const CRM_OBJECT_TYPES = ['Opportunity', 'Account', 'Contact', 'Lead'] as const;
export type CrmObjectType = (typeof CRM_OBJECT_TYPES)[number];

export interface CrmObject {
  readonly type: CrmObjectType;
  readonly id: string;
}

/** A person whom the content was given to, with the record that stands for him in Salesforce. */
export interface Recipient {
  readonly email: string;
  readonly name?: string;
  readonly title?: string;
  readonly object?: CrmObject;
}

/** What Salesforce says about a share, and why, kept with the event. */
export interface Match {
  readonly matched: boolean;
  /** in the order of CRM_OBJECT_TYPES */
  readonly objects: readonly CrmObject[];
  readonly recipients: readonly Recipient[];
  /** sentences: candidates, why this one, why none */
  readonly reasons: readonly string[];
}

/**
 * Ties a share to the Salesforce records that it belongs to. `records` must hold what `lookUp`
 * finds for a batch with this share in it; what is not there counts as deleted or hidden.
 * `timezone` is the tenant's, an IANA name.
 */
export function matchShare(
  share: Share,
  records: CrmRecords,
  options: { readonly timezone: string },
): Match {
  const trail = followRelated(share.related, records);
  const deal = dealOf(trail, share, { records, timezone: options.timezone });
  const ids: Record<CrmObjectType, string | undefined> = {
    Opportunity: trail.opportunityId ?? deal?.opportunity?.id,
    Account: trail.accountId,
    Contact: trail.contactId,
    Lead: trail.leadId,
  };
  const objects = CRM_OBJECT_TYPES.flatMap((type) => objectOf(type, ids[type]));
  return {
    matched: objects.length > 0,
    objects,
    recipients: recipientsOf(trail),
    reasons: [...trail.reasons, ...(deal?.reasons ?? [])],
  };
}

function dealOf(
  trail: Trail,
  share: Share,
  options: { readonly records: CrmRecords; readonly timezone: string },
): DealChoice | undefined {
  if (trail.accountId === undefined || trail.opportunityId !== undefined) return undefined;
  const contactId = trail.recipient && trail.contactId;
  return chooseDeal(options.records, {
    accountId: trail.accountId,
    recipientContactIds: contactId === undefined ? [] : [contactId],
    sharedAt: share.sharedAt,
    timezone: options.timezone,
  });
}

function recipientsOf(trail: Trail): readonly Recipient[] {
  if (!trail.recipient) return [];
  const [object] = [...objectOf('Contact', trail.contactId), ...objectOf('Lead', trail.leadId)];
  return [{ ...trail.recipient, ...(object && { object }) }];
}

function objectOf(type: CrmObjectType, id: string | undefined): readonly CrmObject[] {
  return id === undefined ? [] : [{ type, id }];
}
