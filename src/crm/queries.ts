import { domainToUnicode } from 'node:url';
import { chunksOf } from '../lib/chunks.ts';
import { chunkValues, soqlDateTime, soqlIn, soqlString } from '../vendors/salesforce/soql.ts';
import { LOOK_UP_LIMITS } from './limits.ts';

export type LookUpKind =
  | 'contactsById'
  | 'leadsById'
  | 'accountsById'
  | 'opportunitiesById'
  | 'casesById'
  | 'contactsByEmail'
  | 'leadsByEmail'
  | 'accountOpportunities'
  | 'contactRoles'
  | 'accountsByWebsite';

/** Queries of one kind, and the function that stores their rows. */
export interface CrmQuery {
  readonly kind: LookUpKind;
  readonly soqls: readonly string[];
  readonly add: (rows: readonly unknown[]) => void;
}

/** Selects the Opportunities that may have been open at the time of any share in a batch. */
export interface OpportunityWindow {
  /** YYYY-MM-DD: a closed Opportunity with an earlier close date was not open */
  readonly closedFrom: string;
  /** epoch milliseconds */
  readonly createdBefore: number;
}

/** What each object is read for. */
export const FIELDS = {
  Contact: 'Id, Email, Name, Title, AccountId, Account.Name, LastModifiedDate',
  Lead: 'Id, Email, Name, Title, IsConverted, ConvertedContactId, ConvertedAccountId, LastModifiedDate',
  Account: 'Id, Name',
  Opportunity: 'Id, Name, AccountId, Account.Name, CreatedDate, CloseDate, IsClosed',
  OpportunityContactRole: 'OpportunityId, ContactId, IsPrimary',
  Case: 'Id, AccountId, ContactId, Account.Name',
} as const;

/**
 * SOQL for the lookup. Each function returns as many queries as the limit on values requires, and
 * none for no values. The filters use Ids, foreign keys and Email, which Salesforce always indexes.
 * IsPersonAccount is not selected, because it exists only in orgs with that feature.
 */
export function contactsById(ids: readonly string[]): readonly string[] {
  return chunked(
    ids,
    (chunk) => `SELECT ${FIELDS.Contact} FROM Contact WHERE ${soqlIn('Id', chunk)}`,
  );
}

export function leadsById(ids: readonly string[]): readonly string[] {
  return chunked(ids, (chunk) => `SELECT ${FIELDS.Lead} FROM Lead WHERE ${soqlIn('Id', chunk)}`);
}

/** Salesforce ignores case in emails, by the rules of the API user's language. */
export function contactsByEmail(emails: readonly string[]): readonly string[] {
  return chunked(
    emails,
    (chunk) => `SELECT ${FIELDS.Contact} FROM Contact WHERE ${soqlIn('Email', chunk)}`,
  );
}

export function leadsByEmail(emails: readonly string[]): readonly string[] {
  return chunked(
    emails,
    (chunk) => `SELECT ${FIELDS.Lead} FROM Lead WHERE ${soqlIn('Email', chunk)}`,
  );
}

/**
 * The Accounts that may have one of the domains in their website. Salesforce has no index on
 * Website, so every filter on it is a scan; only `matchAccountByDomain` causes this query. A list
 * of exact spellings would cost the same scan and miss `acme.com/de` and `shop.acme.com`, so that
 * one of two Accounts could look like the only one. The anchors keep the result small even for
 * short domains. A domain has only letters, digits, hyphens and dots, so nothing needs escaping.
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
    return `SELECT ${FIELDS.Account}, Website FROM Account WHERE ${conditions.join(' OR ')}`;
  });
}

/** The domain as DNS spells it, and as people do if that differs: xn--mller-kva.de, müller.de. */
function spellingsOf(domain: string): readonly string[] {
  return [...new Set([domain, domainToUnicode(domain)])];
}

export function accountsById(ids: readonly string[]): readonly string[] {
  return chunked(
    ids,
    (chunk) => `SELECT ${FIELDS.Account} FROM Account WHERE ${soqlIn('Id', chunk)}`,
  );
}

export function casesById(ids: readonly string[]): readonly string[] {
  return chunked(ids, (chunk) => `SELECT ${FIELDS.Case} FROM Case WHERE ${soqlIn('Id', chunk)}`);
}

export function opportunitiesById(ids: readonly string[]): readonly string[] {
  return chunked(
    ids,
    (chunk) => `SELECT ${FIELDS.Opportunity} FROM Opportunity WHERE ${soqlIn('Id', chunk)}`,
  );
}

export function opportunitiesOfAccounts(
  ids: readonly string[],
  window: OpportunityWindow,
): readonly string[] {
  return chunked(
    ids,
    (chunk) =>
      `SELECT ${FIELDS.Opportunity} FROM Opportunity WHERE ${soqlIn('AccountId', chunk)} ` +
      `AND (IsClosed = false OR CloseDate >= ${window.closedFrom}) ` +
      `AND CreatedDate < ${soqlDateTime(window.createdBefore)}`,
  );
}

export function rolesOfContacts(ids: readonly string[]): readonly string[] {
  return chunked(
    ids,
    (chunk) =>
      `SELECT ${FIELDS.OpportunityContactRole} FROM OpportunityContactRole WHERE ${soqlIn('ContactId', chunk)}`,
  );
}

function chunked(ids: readonly string[], query: (chunk: readonly string[]) => string): string[] {
  return chunkValues(ids).map(query);
}
