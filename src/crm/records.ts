import type { UserError } from '../lib/errors.ts';
import type { LookUpKind } from './queries.ts';

/**
 * The Salesforce records that matching reads, as plain objects. Ids have 18 characters; times are
 * epoch milliseconds. Deleted and hidden records are absent.
 */
export interface ContactRecord {
  readonly id: string;
  readonly email?: string;
  /** what Salesforce has as the email if it is not an address */
  readonly invalidEmail?: string;
  readonly name?: string;
  readonly title?: string;
  readonly accountId?: string;
  readonly modifiedAt: number;
}

export interface LeadRecord {
  readonly id: string;
  readonly email?: string;
  /** what Salesforce has as the email if it is not an address */
  readonly invalidEmail?: string;
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
 * The domain of an address. For a company, it is the registrable domain, such as acme.co.uk for
 * ann@mail.acme.co.uk. Under any other domain, unrelated people have addresses.
 */
export interface EmailDomain {
  readonly kind: 'company' | 'public-mail' | 'none';
  readonly domain: string;
}

/** All records that were looked up for one batch of shares. */
export interface CrmRecords {
  /** lookups that Salesforce refused: no records of theirs does not mean that none exist */
  readonly refused?: ReadonlyMap<LookUpKind, UserError>;
  readonly accounts: ReadonlyMap<string, AccountRecord>;
  readonly contacts: ReadonlyMap<string, ContactRecord>;
  readonly leads: ReadonlyMap<string, LeadRecord>;
  readonly cases: ReadonlyMap<string, CaseRecord>;
  readonly opportunities: ReadonlyMap<string, OpportunityRecord>;
  /** Contacts and Leads by address in lower case */
  readonly contactsOfEmail: ReadonlyMap<string, readonly ContactRecord[]>;
  readonly leadsOfEmail: ReadonlyMap<string, readonly LeadRecord[]>;
  /** by address in lower case, for addresses without a record; empty if domains are not searched */
  readonly domainsOfEmail: ReadonlyMap<string, EmailDomain>;
  /** Accounts by the registrable domain of their website */
  readonly accountsOfDomain: ReadonlyMap<string, readonly AccountRecord[]>;
  /** Opportunities by AccountId: those that may have been open at the time of the shares */
  readonly opportunitiesOfAccount: ReadonlyMap<string, readonly OpportunityRecord[]>;
  /** contact roles by OpportunityId */
  readonly rolesOfOpportunity: ReadonlyMap<string, readonly ContactRoleRecord[]>;
}
