import { UserError } from '../lib/errors.ts';
import type { Share } from '../share/share.ts';
import { SalesforceError } from '../vendors/salesforce/errors.ts';
import { missingRecordsFor, referencesIn } from './missing-records.ts';
import type { LookUpKind } from './queries.ts';
import type { CrmRecords } from './records.ts';

/** Salesforce: the field is encrypted so that no query can filter by it. */
const NOT_FILTERABLE = /can ?not be filtered/i;

const WHAT: Readonly<Record<LookUpKind, string>> = {
  contactsById: 'Contacts',
  leadsById: 'Leads',
  accountsById: 'Accounts',
  opportunitiesById: 'Opportunities',
  casesById: 'Cases',
  contactsByEmail: 'Contacts by Email',
  leadsByEmail: 'Leads by Email',
  accountOpportunities: 'Opportunities by Account',
  contactRoles: 'Opportunity contact roles',
  accountsByWebsite: 'Accounts by Website',
};
const BY_TYPE: ReadonlyMap<string, LookUpKind> = new Map(
  Object.entries({
    Contact: 'contactsById',
    Lead: 'leadsById',
    Account: 'accountsById',
    Opportunity: 'opportunitiesById',
    Case: 'casesById',
  }),
);

const HELD = 'The shares that need it are held, and each run tries again.';
const ENCRYPTED_EMAIL =
  'Shield Platform Encryption uses the probabilistic scheme for this Email field, and no query can ' +
  'filter by it. In Setup > Encryption Settings, turn on deterministic encryption. In the ' +
  'encryption policy, choose "Deterministic: case insensitive" for the field, and encrypt the ' +
  `existing data again. Or remove the field from the policy. ${HELD}`;
const ENCRYPTED_WEBSITE =
  'Shield Platform Encryption encrypts Account.Website, and no scheme allows a search for part of a ' +
  'text. Remove the field from the encryption policy, or set crm.matchAccountByDomain: false. ' +
  HELD;

/** True if Salesforce refuses one field of a query, until an administrator changes something. */
export function isFieldRefusal(error: unknown): error is SalesforceError {
  return error instanceof SalesforceError && error.code === 'INVALID_FIELD';
}

/** Says which lookup failed, and what to do. */
export function refusedLookUp(kind: LookUpKind, cause: SalesforceError): UserError {
  return new UserError(`${WHAT[kind]} cannot be looked up: ${cause.message}`, {
    hint: hintOf(kind, cause),
    cause,
  });
}

function hintOf(kind: LookUpKind, { message, hint }: SalesforceError): string {
  if (!NOT_FILTERABLE.test(message)) return hint === undefined ? HELD : `${hint} ${HELD}`;
  return kind === 'accountsByWebsite' ? ENCRYPTED_WEBSITE : ENCRYPTED_EMAIL;
}

/**
 * Why it is unknown which records match the share: a lookup that it needs was refused. Undefined if
 * the records are complete for this share.
 */
export function refusalFor(share: Share, records: CrmRecords): UserError | undefined {
  const { refused } = records;
  if (!refused?.size) return undefined;
  const references = referencesIn([share]);
  const missing = missingRecordsFor(references, records);
  const [related] = references.related;
  const needed: (LookUpKind | undefined)[] = [
    related?.type === undefined ? undefined : BY_TYPE.get(related.type),
    ...(references.emails.size > 0 ? (['contactsByEmail', 'leadsByEmail'] as const) : []),
    missing.contacts.size > 0 ? 'contactsById' : undefined,
    missing.opportunityAccounts.size > 0 ? 'accountOpportunities' : undefined,
    missing.roleContacts.size > 0 ? 'contactRoles' : undefined,
    missing.unknownEmails.size > 0 ? 'accountsByWebsite' : undefined,
  ];
  const kind = needed.find((each) => each !== undefined && refused.has(each));
  return kind && refused.get(kind);
}
