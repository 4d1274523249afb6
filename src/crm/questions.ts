import { chunkValues, soqlDateTime, soqlIn } from '../vendors/salesforce/soql.ts';

/** The opportunities that may have been open when any share of a batch happened. */
export interface DealWindow {
  /** YYYY-MM-DD: whatever is closed and has an earlier close date was not open */
  readonly closedFrom: string;
  /** epoch milliseconds */
  readonly createdBefore: number;
}

/**
 * SOQL for the look-ups; each gives as many queries as the vendor's limit on values needs, and
 * none for no Ids. Only Ids and foreign keys choose rows, which Salesforce always indexes.
 * IsPersonAccount is not selected: it exists only in orgs with that feature.
 */
export function contactsById(ids: readonly string[]): readonly string[] {
  const fields = 'Id, Email, Name, Title, AccountId, Account.Name';
  return chunked(ids, (chunk) => `SELECT ${fields} FROM Contact WHERE ${soqlIn('Id', chunk)}`);
}

export function leadsById(ids: readonly string[]): readonly string[] {
  const fields = 'Id, Email, Name, Title, IsConverted, ConvertedContactId, ConvertedAccountId';
  return chunked(ids, (chunk) => `SELECT ${fields} FROM Lead WHERE ${soqlIn('Id', chunk)}`);
}

export function accountsById(ids: readonly string[]): readonly string[] {
  return chunked(ids, (chunk) => `SELECT Id, Name FROM Account WHERE ${soqlIn('Id', chunk)}`);
}

export function casesById(ids: readonly string[]): readonly string[] {
  const fields = 'Id, AccountId, ContactId, Account.Name';
  return chunked(ids, (chunk) => `SELECT ${fields} FROM Case WHERE ${soqlIn('Id', chunk)}`);
}

const OPPORTUNITY_FIELDS = 'Id, Name, AccountId, Account.Name, CreatedDate, CloseDate, IsClosed';

export function opportunitiesById(ids: readonly string[]): readonly string[] {
  return chunked(
    ids,
    (chunk) => `SELECT ${OPPORTUNITY_FIELDS} FROM Opportunity WHERE ${soqlIn('Id', chunk)}`,
  );
}

export function dealsOfAccounts(ids: readonly string[], window: DealWindow): readonly string[] {
  return chunked(
    ids,
    (chunk) =>
      `SELECT ${OPPORTUNITY_FIELDS} FROM Opportunity WHERE ${soqlIn('AccountId', chunk)} ` +
      `AND (IsClosed = false OR CloseDate >= ${window.closedFrom}) ` +
      `AND CreatedDate < ${soqlDateTime(window.createdBefore)}`,
  );
}

export function rolesOfContacts(ids: readonly string[]): readonly string[] {
  const fields = 'OpportunityId, ContactId, IsPrimary';
  return chunked(
    ids,
    (chunk) => `SELECT ${fields} FROM OpportunityContactRole WHERE ${soqlIn('ContactId', chunk)}`,
  );
}

function chunked(ids: readonly string[], say: (chunk: readonly string[]) => string): string[] {
  return chunkValues(ids).map(say);
}
