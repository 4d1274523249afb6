import { domainToUnicode } from 'node:url';
import { chunksOf } from '../lib/chunks.ts';
import { chunkValues, soqlDateTime, soqlIn, soqlString } from '../vendors/salesforce/soql.ts';
import { LOOK_UP_LIMITS } from './limits.ts';

/** Queries of one kind, and where their rows go. */
export interface CrmQuery {
  readonly soqls: readonly string[];
  readonly add: (rows: readonly unknown[]) => void;
}

/** The opportunities that may have been open when any share of a batch happened. */
export interface DealWindow {
  /** YYYY-MM-DD: whatever is closed and has an earlier close date was not open */
  readonly closedFrom: string;
  /** epoch milliseconds */
  readonly createdBefore: number;
}

const CONTACT_FIELDS = 'Id, Email, Name, Title, AccountId, Account.Name, LastModifiedDate';
const LEAD_FIELDS =
  'Id, Email, Name, Title, IsConverted, ConvertedContactId, ConvertedAccountId, LastModifiedDate';

/**
 * SOQL for the look-ups; each gives as many queries as the vendor's limit on values needs, and
 * none for no values. Ids, foreign keys and Email choose rows, which Salesforce always indexes.
 * IsPersonAccount is not selected: it exists only in orgs with that feature.
 */
export function contactsById(ids: readonly string[]): readonly string[] {
  return chunked(
    ids,
    (chunk) => `SELECT ${CONTACT_FIELDS} FROM Contact WHERE ${soqlIn('Id', chunk)}`,
  );
}

export function leadsById(ids: readonly string[]): readonly string[] {
  return chunked(ids, (chunk) => `SELECT ${LEAD_FIELDS} FROM Lead WHERE ${soqlIn('Id', chunk)}`);
}

/** Salesforce compares emails without case, by the rules of the API user's language. */
export function contactsByEmail(emails: readonly string[]): readonly string[] {
  return chunked(
    emails,
    (chunk) => `SELECT ${CONTACT_FIELDS} FROM Contact WHERE ${soqlIn('Email', chunk)}`,
  );
}

export function leadsByEmail(emails: readonly string[]): readonly string[] {
  return chunked(
    emails,
    (chunk) => `SELECT ${LEAD_FIELDS} FROM Lead WHERE ${soqlIn('Email', chunk)}`,
  );
}

/**
 * The Accounts that may have one of the domains in their website. No org has an index on Website,
 * so any filter on it is a scan, and only those who set `matchAccountByDomain` ask. A list of
 * exact spellings would cost the same scan and miss `acme.com/de` and `shop.acme.com`: the one
 * Account that it finds might then be one of two. The anchors keep the answer small for the
 * shortest domains, too. A domain is of letters, digits, hyphens and dots: nothing to escape.
 */
export function accountsByWebsite(domains: readonly string[]): readonly string[] {
  const chunks = [...chunksOf(domains, LOOK_UP_LIMITS.domainsPerQueryMax)];
  return chunks.map((chunk) => {
    const conditions = chunk.flatMap((domain) =>
      spellingsOf(domain).flatMap((spelling) =>
        [`${spelling}%`, `%.${spelling}%`, `%/${spelling}%`].map(
          (pattern) => `Website LIKE ${soqlString(pattern)}`,
        ),
      ),
    );
    return `SELECT Id, Name, Website FROM Account WHERE ${conditions.join(' OR ')}`;
  });
}

/** In DNS's letters, and as people write it where that differs: müller.de, xn--mller-kva.de. */
function spellingsOf(domain: string): readonly string[] {
  return [...new Set([domain, domainToUnicode(domain)])];
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
