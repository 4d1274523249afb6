/**
 * The Salesforce records that matching looks at, as plain facts. Every id is the 18-character
 * form, every time epoch milliseconds; a record that is deleted or hidden is simply not there.
 */
export interface ContactRecord {
  readonly id: string;
  readonly email?: string;
  readonly name?: string;
  readonly title?: string;
  readonly accountId?: string;
}

export interface LeadRecord {
  readonly id: string;
  readonly email?: string;
  readonly name?: string;
  readonly title?: string;
  readonly converted: boolean;
  readonly convertedContactId?: string;
  readonly convertedAccountId?: string;
}

export interface OpportunityRecord {
  readonly id: string;
  readonly name?: string;
  readonly accountId?: string;
  readonly createdAt: number;
  /** calendar day, YYYY-MM-DD */
  readonly closeDay?: string;
  readonly closed: boolean;
}

export interface ContactRoleRecord {
  readonly opportunityId: string;
  readonly contactId: string;
  readonly primary: boolean;
}

export interface CaseRecord {
  readonly id: string;
  readonly accountId?: string;
  readonly contactId?: string;
}

export interface AccountRecord {
  readonly id: string;
  readonly name?: string;
}

/** All that was looked up for one batch of shares. */
export interface CrmRecords {
  readonly accounts: ReadonlyMap<string, AccountRecord>;
  readonly contacts: ReadonlyMap<string, ContactRecord>;
  readonly leads: ReadonlyMap<string, LeadRecord>;
  readonly cases: ReadonlyMap<string, CaseRecord>;
  readonly opportunities: ReadonlyMap<string, OpportunityRecord>;
  /** opportunities by AccountId: those that may have been open when the shares happened */
  readonly opportunitiesOfAccount: ReadonlyMap<string, readonly OpportunityRecord[]>;
  /** contact roles by OpportunityId */
  readonly rolesOfOpportunity: ReadonlyMap<string, readonly ContactRoleRecord[]>;
}
