import { comparedAddress } from '../share/address.ts';
import type { RelatedRecord, Share } from '../share/share.ts';
import { isSalesforceId } from '../vendors/salesforce/id.ts';
import {
  accountIdOf,
  findPerson,
  isUnknown,
  leadsToFollow,
  searchByDomain,
  singleAccount,
} from './person.ts';
import { isSearchableEmail, recipientsOfShare } from './recipients.ts';
import type { CrmRecords } from './records.ts';
import { contactIdOnPath, followRelated } from './related-record.ts';

/** What shares refer to themselves, before any lookup. */
export interface References {
  readonly related: readonly RelatedRecord[];
  /** addresses in lower case */
  readonly emails: ReadonlySet<string>;
  /** the shares with a reference that can be looked up */
  readonly shares: readonly Share[];
}

/** What matching still needs: Ids of records, and addresses without a record. */
export interface MissingRecords {
  readonly contacts: Set<string>;
  readonly opportunityAccounts: Set<string>;
  readonly roleContacts: Set<string>;
  readonly unknownEmails: Set<string>;
}

export function noMissingRecords(): MissingRecords {
  return {
    contacts: new Set(),
    opportunityAccounts: new Set(),
    roleContacts: new Set(),
    unknownEmails: new Set(),
  };
}

/**
 * Leaves out invalid Ids and addresses: no record has them, and because of one of them Salesforce
 * would reject the entire query in every run.
 */
export function referencesIn(shares: readonly Share[]): References {
  const related: RelatedRecord[] = [];
  const emails = new Set<string>();
  const withReferences = shares.filter((share) => {
    const record = share.related && isSalesforceId(share.related.id) ? share.related : undefined;
    if (record) related.push(record);
    const searchable = recipientsOfShare(share).filter(({ email }) => isSearchableEmail(email));
    for (const { email } of searchable) emails.add(comparedAddress(email));
    return record !== undefined || searchable.length > 0;
  });
  return { related, emails, shares: withReferences };
}

/** Follows all references as matching will, over the records loaded so far. */
export function missingRecordsFor(references: References, records: CrmRecords): MissingRecords {
  const missing = noMissingRecords();
  for (const record of references.related) {
    const path = followRelated(record, records);
    addIfPresent(missing.contacts, contactIdOnPath(record, records));
    if (path.opportunityId === undefined) {
      addIfPresent(missing.opportunityAccounts, path.accountId);
    }
    if (path.recipient) addIfPresent(missing.roleContacts, path.contactId);
  }
  for (const email of references.emails) addMissingForRecipient(missing, email, records);
  return missing;
}

function addMissingForRecipient(missing: MissingRecords, email: string, records: CrmRecords): void {
  const unloaded = leadsToFollow(email, records).filter(
    (lead) => !records.contacts.has(lead.convertedContactId ?? ''),
  );
  for (const lead of unloaded) {
    addIfPresent(missing.contacts, lead.convertedContactId);
    // Loads the Contact's roles and the Account's Opportunities in the same round: the Account is
    // usually still the one from the conversion.
    addIfPresent(missing.roleContacts, lead.convertedContactId);
    addIfPresent(missing.opportunityAccounts, lead.convertedAccountId);
  }
  const person = findPerson(email, records);
  if (person.kind === 'contact') addIfPresent(missing.roleContacts, person.chosen.contact.id);
  addIfPresent(missing.opportunityAccounts, accountIdOf(person));
  if (!isUnknown(person)) return;
  missing.unknownEmails.add(email);
  const account = singleAccount(searchByDomain(email, records));
  addIfPresent(missing.opportunityAccounts, account?.id);
}

function addIfPresent(ids: Set<string>, id: string | undefined): void {
  if (id !== undefined) ids.add(id);
}
