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

/** Gathers the rows of a look-up into the records that matching reads. */
export class LoadedRecords implements CrmRecords {
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
   * `relatedAccounts` are those that a share relates to: only their own query may say that they
   * are visible, or a share's match would hang on what else is in its batch.
   */
  constructor(relatedAccounts: ReadonlySet<string>) {
    this.#relatedAccounts = relatedAccounts;
  }

  readonly addAccounts = (rows: Rows): void => {
    for (const row of rows) keep(this.accounts, readAccount(row));
  };

  readonly addContacts = (rows: Rows): void => {
    for (const row of rows) keep(this.contacts, this.#withoutAccount(readContact(row)));
  };

  readonly addLeads = (rows: Rows): void => {
    for (const row of rows) keep(this.leads, readLead(row));
  };

  readonly addContactsByEmail = (rows: Rows): void => {
    for (const row of rows) {
      appendByEmail(this.contactsOfEmail, this.#withoutAccount(readContact(row)));
    }
  };

  readonly addLeadsByEmail = (rows: Rows): void => {
    for (const row of rows) appendByEmail(this.leadsOfEmail, readLead(row));
  };

  /** `domainOf` gives the registrable domain of a website. */
  addWebsites(rows: Rows, domainOf: (website: string) => string | undefined): void {
    for (const row of rows) {
      const { account, website } = readWebsite(row);
      const domain = domainOf(website);
      // A query answers with neighbours of what was asked, which a second one may ask for.
      if (domain === undefined || this.#websitesRead.has(account.id)) continue;
      this.#websitesRead.add(account.id);
      append(this.accountsOfDomain, domain, account);
    }
  }

  readonly addCases = (rows: Rows): void => {
    for (const row of rows) keep(this.cases, this.#withoutAccount(readCase(row)));
  };

  readonly addOpportunities = (rows: Rows): void => {
    for (const row of rows) keep(this.opportunities, this.#withoutAccount(readOpportunity(row)));
  };

  readonly addDeals = (rows: Rows): void => {
    for (const row of rows) {
      const deal = this.#withoutAccount(readOpportunity(row));
      if (deal.accountId !== undefined) append(this.opportunitiesOfAccount, deal.accountId, deal);
    }
  };

  readonly addRoles = (rows: Rows): void => {
    for (const row of rows) {
      const role = readContactRole(row);
      append(this.rolesOfOpportunity, role.opportunityId, role);
    }
  };

  /** Drops the roles on deals that cannot be chosen, and puts the newest deals first. */
  finish(): CrmRecords {
    const deals = new Set<string>();
    for (const ofAccount of this.opportunitiesOfAccount.values()) {
      ofAccount.sort(newestFirst);
      for (const deal of ofAccount) deals.add(deal.id);
    }
    for (const ofDomain of this.accountsOfDomain.values()) ofDomain.sort(lowestIdFirst);
    for (const id of this.rolesOfOpportunity.keys()) {
      if (!deals.has(id)) this.rolesOfOpportunity.delete(id);
    }
    return this;
  }

  #withoutAccount<T>({ record, account }: WithAccount<T>): T {
    if (account && !this.#relatedAccounts.has(account.id)) keep(this.accounts, account);
    return record;
  }
}

/** The order in which reasons list deals: that of the query would differ from run to run. */
function newestFirst(one: OpportunityRecord, other: OpportunityRecord): number {
  return other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1);
}

function lowestIdFirst(one: AccountRecord, other: AccountRecord): number {
  return one.id < other.id ? -1 : 1;
}

function keep<T extends { readonly id: string }>(records: Map<string, T>, record: T): void {
  records.set(record.id, record);
}

/**
 * By the address that the record has, not the one that was asked for: Salesforce ignores case in
 * the API user's language, where other letters may be equal (in Turkish I is no i).
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
