import type { RelatedRecord, Share } from '../share/share.ts';
import { isSalesforceId } from '../vendors/salesforce/id.ts';
import {
  accountOfPerson,
  findPerson,
  isStranger,
  leadsToFollow,
  onlyAccount,
  searchByDomain,
} from './person.ts';
import { isAskable, recipientsNamed } from './recipients.ts';
import type { CrmRecords } from './records.ts';
import { contactOnPath, followRelated } from './related-record.ts';

/** What shares name by themselves, before anything is looked up. */
export interface Named {
  readonly related: readonly RelatedRecord[];
  /** addresses in lower case */
  readonly emails: ReadonlySet<string>;
  /** the shares that name anything that can be looked up */
  readonly shares: readonly Share[];
}

/** What matching would ask of the records next: Ids, and addresses of strangers. */
export interface MissingRecords {
  readonly contacts: Set<string>;
  readonly dealAccounts: Set<string>;
  readonly roleContacts: Set<string>;
  readonly strangers: Set<string>;
}

export function nothingMissing(): MissingRecords {
  return {
    contacts: new Set(),
    dealAccounts: new Set(),
    roleContacts: new Set(),
    strangers: new Set(),
  };
}

/**
 * What is no Id is the Id of no record, and no record has what is no address: Salesforce would
 * refuse the whole query for one of them, tonight and every night.
 */
export function namedBy(shares: readonly Share[]): Named {
  const related: RelatedRecord[] = [];
  const emails = new Set<string>();
  const telling = shares.filter((share) => {
    const record = share.related && isSalesforceId(share.related.id) ? share.related : undefined;
    if (record) related.push(record);
    const askable = recipientsNamed(share).filter(({ email }) => isAskable(email));
    for (const { email } of askable) emails.add(email);
    return record !== undefined || askable.length > 0;
  });
  return { related, emails, shares: telling };
}

/** Follows all that is named as matching will, over what is known by now. */
export function missingFor(named: Named, records: CrmRecords): MissingRecords {
  const wanted = nothingMissing();
  for (const record of named.related) {
    const trail = followRelated(record, records);
    addTo(wanted.contacts, contactOnPath(record, records));
    if (trail.opportunityId === undefined) addTo(wanted.dealAccounts, trail.accountId);
    if (trail.recipient) addTo(wanted.roleContacts, trail.contactId);
  }
  for (const email of named.emails) wantForRecipient(wanted, email, records);
  return wanted;
}

function wantForRecipient(wanted: MissingRecords, email: string, records: CrmRecords): void {
  const toFollow = leadsToFollow(email, records);
  const unknown = toFollow.filter((lead) => !records.contacts.has(lead.convertedContactId ?? ''));
  for (const lead of unknown) {
    addTo(wanted.contacts, lead.convertedContactId);
    // His roles and his Account's deals come in the same round: the Account is most often still
    // the one of the conversion.
    addTo(wanted.roleContacts, lead.convertedContactId);
    addTo(wanted.dealAccounts, lead.convertedAccountId);
  }
  const person = findPerson(email, records);
  if (person.kind === 'contact') addTo(wanted.roleContacts, person.chosen.contact.id);
  addTo(wanted.dealAccounts, accountOfPerson(person));
  if (!isStranger(person)) return;
  wanted.strangers.add(email);
  addTo(wanted.dealAccounts, onlyAccount(searchByDomain(email, records))?.id);
}

function addTo(ids: Set<string>, id: string | undefined): void {
  if (id !== undefined) ids.add(id);
}
