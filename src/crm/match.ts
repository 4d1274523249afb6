import type { Share } from '../share/share.ts';
import type { CrmRecords } from './records.ts';

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

export declare function matchShare(share: Share, records: CrmRecords, options: { readonly timezone: string }): Match;
