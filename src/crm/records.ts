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
  readonly modifiedAt: number;
}

export interface LeadRecord {
  readonly id: string;
  readonly email?: string;
  readonly name?: string;
  readonly title?: string;
  readonly converted: boolean;
  readonly convertedContactId?: string;
  readonly convertedAccountId?: string;
  readonly modifiedAt: number;
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

/**
 * What the domain of an address is good for: a company's is the registrable one, such as
 * acme.co.uk of ann@mail.acme.co.uk; under any other one unrelated people have addresses.
 */
export interface EmailDomain {
  readonly kind: 'company' | 'public-mail' | 'none';
  readonly domain: string;
}

/** All that was looked up for one batch of shares. */
export interface CrmRecords {
  readonly accounts: ReadonlyMap<string, AccountRecord>;
  readonly contacts: ReadonlyMap<string, ContactRecord>;
  readonly leads: ReadonlyMap<string, LeadRecord>;
  readonly cases: ReadonlyMap<string, CaseRecord>;
  readonly opportunities: ReadonlyMap<string, OpportunityRecord>;
  /** by an address in lower case: the Contacts, and the Leads, that have it */
  readonly contactsOfEmail: ReadonlyMap<string, readonly ContactRecord[]>;
  readonly leadsOfEmail: ReadonlyMap<string, readonly LeadRecord[]>;
  /** by an address in lower case that leads to nobody; empty where domains are not asked for */
  readonly domainsOfEmail: ReadonlyMap<string, EmailDomain>;
  /** by registrable domain: all Accounts whose website has it */
  readonly accountsOfDomain: ReadonlyMap<string, readonly AccountRecord[]>;
  /** opportunities by AccountId: those that may have been open when the shares happened */
  readonly opportunitiesOfAccount: ReadonlyMap<string, readonly OpportunityRecord[]>;
  /** contact roles by OpportunityId */
  readonly rolesOfOpportunity: ReadonlyMap<string, readonly ContactRoleRecord[]>;
}
