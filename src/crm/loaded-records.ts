import type { UserError } from '../lib/errors.ts';
import { comparedAddress } from '../share/address.ts';
import type { FaultyRow } from '../vendors/faulty-row.ts';
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
  UnreadableRecord,
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
  readonly #onFaultyRow: ((row: FaultyRow) => void) | undefined;

  /**
   * `relatedAccounts` are the Accounts that a share is related to. Only their own query decides
   * whether they are visible; otherwise a share's match would depend on the rest of its batch.
   * Without `onFaultyRow`, a row that cannot be read throws UnreadableRecord.
   */
  constructor(
    relatedAccounts: ReadonlySet<string>,
    options: { readonly onFaultyRow?: ((row: FaultyRow) => void) | undefined } = {},
  ) {
    this.#relatedAccounts = relatedAccounts;
    this.#onFaultyRow = options.onFaultyRow;
  }

  readonly addAccounts = (rows: Rows): void => {
    for (const account of this.#read(rows, readAccount)) setById(this.accounts, account);
  };

  readonly addContacts = (rows: Rows): void => {
    for (const contact of this.#read(rows, readContact)) {
      setById(this.contacts, this.#withoutAccount(contact));
    }
  };

  readonly addLeads = (rows: Rows): void => {
    for (const lead of this.#read(rows, readLead)) setById(this.leads, lead);
  };

  readonly addContactsByEmail = (rows: Rows): void => {
    for (const contact of this.#read(rows, readContact)) {
      appendByEmail(this.contactsOfEmail, this.#withoutAccount(contact));
    }
  };

  readonly addLeadsByEmail = (rows: Rows): void => {
    for (const lead of this.#read(rows, readLead)) appendByEmail(this.leadsOfEmail, lead);
  };

  /** `domainOf` returns the registrable domain of a website. */
  addWebsites(rows: Rows, domainOf: (website: string) => string | undefined): void {
    for (const { account, website } of this.#read(rows, readWebsite)) {
      const domain = domainOf(website);
      // A query also returns similar websites, so that two queries can return the same Account.
      if (domain === undefined || this.#websitesRead.has(account.id)) continue;
      this.#websitesRead.add(account.id);
      append(this.accountsOfDomain, domain, account);
    }
  }

  readonly addCases = (rows: Rows): void => {
    for (const row of this.#read(rows, readCase)) setById(this.cases, this.#withoutAccount(row));
  };

  readonly addOpportunities = (rows: Rows): void => {
    for (const opportunity of this.#read(rows, readOpportunity)) {
      setById(this.opportunities, this.#withoutAccount(opportunity));
    }
  };

  readonly addAccountOpportunities = (rows: Rows): void => {
    for (const row of this.#read(rows, readOpportunity)) {
      const opportunity = this.#withoutAccount(row);
      const { accountId } = opportunity;
      if (accountId !== undefined) append(this.opportunitiesOfAccount, accountId, opportunity);
    }
  };

  readonly addRoles = (rows: Rows): void => {
    for (const role of this.#read(rows, readContactRole)) {
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

  *#read<T>(rows: Rows, read: (row: unknown) => T): Generator<T> {
    for (const row of rows) {
      try {
        yield read(row);
      } catch (error) {
        if (!(error instanceof UnreadableRecord) || this.#onFaultyRow === undefined) throw error;
        this.#onFaultyRow(error.row);
      }
    }
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
  if (record.email !== undefined) append(lists, comparedAddress(record.email), record);
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
