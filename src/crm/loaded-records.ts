import type { UserError } from '../lib/errors.ts';
import type { LookUpKind } from './queries.ts';
import type {
  AccountRecord,
  CaseRecord,
  ContactRecord,
  ContactRoleRecord,
  CrmRecords,
  EmailDomain,
  LeadRecord,
  OpportunityRecord,
} from './records.ts';
import {
  readAccount,
  readCase,
  readContact,
  readContactRole,
  readLead,
  readOpportunity,
  readWebsite,
  type WithAccount,
} from './rows.ts';

type Rows = readonly unknown[];

/** Collects the rows of a lookup as the records that matching reads. */
export class LoadedRecords implements CrmRecords {
  readonly refused = new Map<LookUpKind, UserError>();
  readonly accounts = new Map<string, AccountRecord>();
  readonly contacts = new Map<string, ContactRecord>();
  readonly leads = new Map<string, LeadRecord>();
  readonly cases = new Map<string, CaseRecord>();
  readonly opportunities = new Map<string, OpportunityRecord>();
  readonly opportunitiesOfAccount = new Map<string, OpportunityRecord[]>();
  readonly rolesOfOpportunity = new Map<string, ContactRoleRecord[]>();
  readonly contactsOfEmail = new Map<string, ContactRecord[]>();
  readonly leadsOfEmail = new Map<string, LeadRecord[]>();
  readonly domainsOfEmail = new Map<string, EmailDomain>();
  readonly accountsOfDomain = new Map<string, AccountRecord[]>();

  readonly #relatedAccounts: ReadonlySet<string>;
  readonly #websitesRead = new Set<string>();

  /**
   * `relatedAccounts` are the Accounts that a share is related to. Only their own query decides
   * whether they are visible; otherwise a share's match would depend on the rest of its batch.
   */
  constructor(relatedAccounts: ReadonlySet<string>) {
    this.#relatedAccounts = relatedAccounts;
  }

  readonly addAccounts = (rows: Rows): void => {
    for (const row of rows) setById(this.accounts, readAccount(row));
  };

  readonly addContacts = (rows: Rows): void => {
    for (const row of rows) setById(this.contacts, this.#withoutAccount(readContact(row)));
  };

  readonly addLeads = (rows: Rows): void => {
    for (const row of rows) setById(this.leads, readLead(row));
  };

  readonly addContactsByEmail = (rows: Rows): void => {
    for (const row of rows) {
      appendByEmail(this.contactsOfEmail, this.#withoutAccount(readContact(row)));
    }
  };

  readonly addLeadsByEmail = (rows: Rows): void => {
    for (const row of rows) appendByEmail(this.leadsOfEmail, readLead(row));
  };

  /** `domainOf` returns the registrable domain of a website. */
  addWebsites(rows: Rows, domainOf: (website: string) => string | undefined): void {
    for (const row of rows) {
      const { account, website } = readWebsite(row);
      const domain = domainOf(website);
      // A query also returns similar websites, so that two queries can return the same Account.
      if (domain === undefined || this.#websitesRead.has(account.id)) continue;
      this.#websitesRead.add(account.id);
      append(this.accountsOfDomain, domain, account);
    }
  }

  readonly addCases = (rows: Rows): void => {
    for (const row of rows) setById(this.cases, this.#withoutAccount(readCase(row)));
  };

  readonly addOpportunities = (rows: Rows): void => {
    for (const row of rows) setById(this.opportunities, this.#withoutAccount(readOpportunity(row)));
  };

  readonly addAccountOpportunities = (rows: Rows): void => {
    for (const row of rows) {
      const opportunity = this.#withoutAccount(readOpportunity(row));
      const { accountId } = opportunity;
      if (accountId !== undefined) append(this.opportunitiesOfAccount, accountId, opportunity);
    }
  };

  readonly addRoles = (rows: Rows): void => {
    for (const row of rows) {
      const role = readContactRole(row);
      append(this.rolesOfOpportunity, role.opportunityId, role);
    }
  };

  /** Drops the roles on Opportunities that cannot be chosen, and sorts the lists. */
  finish(): CrmRecords {
    const opportunityIds = new Set<string>();
    for (const opportunities of this.opportunitiesOfAccount.values()) {
      opportunities.sort(newestFirst);
      for (const { id } of opportunities) opportunityIds.add(id);
    }
    for (const accounts of this.accountsOfDomain.values()) accounts.sort(lowestIdFirst);
    for (const id of this.rolesOfOpportunity.keys()) {
      if (!opportunityIds.has(id)) this.rolesOfOpportunity.delete(id);
    }
    return this;
  }

  #withoutAccount<T>({ record, account }: WithAccount<T>): T {
    if (account && !this.#relatedAccounts.has(account.id)) setById(this.accounts, account);
    return record;
  }
}

/** The order of Opportunities in reasons. The order of query results varies between runs. */
function newestFirst(one: OpportunityRecord, other: OpportunityRecord): number {
  return other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1);
}

function lowestIdFirst(one: AccountRecord, other: AccountRecord): number {
  return one.id < other.id ? -1 : 1;
}

function setById<T extends { readonly id: string }>(records: Map<string, T>, record: T): void {
  records.set(record.id, record);
}

/**
 * Uses the record's address, not the queried one. Salesforce ignores case by the rules of the API
 * user's language, which can equate other letters (in Turkish, I is not the capital of i).
 */
function appendByEmail<T extends { readonly email?: string }>(
  lists: Map<string, T[]>,
  record: T,
): void {
  if (record.email !== undefined) append(lists, record.email.toLowerCase(), record);
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
