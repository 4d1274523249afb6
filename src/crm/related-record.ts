import type { RelatedRecord } from '../share/share.ts';
import {
  accountLabel,
  contactWithAccountText,
  emailText,
  labelOf,
  orphanedLeadText,
} from './reason-text.ts';
import type { CaseRecord, ContactRecord, CrmRecords, LeadRecord } from './records.ts';

/** The recipient, as far as the related record says. */
interface RecordPerson {
  readonly email: string;
  readonly name: string | undefined;
  readonly title: string | undefined;
}

/** The records that a related record leads to; without any id, it is unmatched. */
export interface RelatedRecordPath {
  /** the related Opportunity itself: named whether open or not */
  readonly opportunityId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly contactId?: string | undefined;
  readonly leadId?: string | undefined;
  readonly recipient?: RecordPerson | undefined;
  /** Builds the reasons. Apart: a lookup follows each path twice, and needs only the ids. */
  readonly explain: () => readonly string[];
}

/**
 * Follows a related record to the records that it leads to, without choosing the Account's
 * Opportunity. Only the related record itself must be visible. What it references by Id is a fact
 * even if the integration user cannot see that record.
 */
export function followRelated(
  related: RelatedRecord | undefined,
  records: CrmRecords,
): RelatedRecordPath {
  if (!related) return emptyPath('The share is not related to a Salesforce record.');
  const { id, type } = related;
  switch (type) {
    case undefined:
      return emptyPath(`The share is related to ${id}, which is deleted or hidden.`);
    case 'Opportunity':
      return followOpportunity(id, records);
    case 'Account':
      return followAccount(id, records);
    case 'Contact':
      return followContact(id, records);
    case 'Lead':
      return followLead(id, records);
    case 'Case':
      return followCase(id, records);
    default:
      return emptyPath(
        `The share is related to ${id} of the type ${labelOf({ id: type })}. Only Opportunities, ` +
          'Accounts, Contacts, Leads and Cases are matched.',
      );
  }
}

/** The Contact that must be loaded before `related` can be followed, if any. */
export function contactIdOnPath(related: RelatedRecord, records: CrmRecords): string | undefined {
  switch (related.type) {
    case 'Contact':
      return related.id;
    case 'Lead':
      return records.leads.get(related.id)?.convertedContactId;
    case 'Case':
      return records.cases.get(related.id)?.contactId;
    default:
      return undefined;
  }
}

function followOpportunity(id: string, records: CrmRecords): RelatedRecordPath {
  const opportunity = records.opportunities.get(id);
  if (!opportunity) return deletedOrHidden('Opportunity', id);
  const { accountId } = opportunity;
  const explain = () => {
    const start = `The share is related to the Opportunity ${labelOf(opportunity)}`;
    if (accountId === undefined) return [`${start}, which has no Account.`];
    return [`${start} of the Account ${accountLabel(accountId, records)}.`];
  };
  return { opportunityId: id, accountId, explain };
}

function followAccount(id: string, records: CrmRecords): RelatedRecordPath {
  const account = records.accounts.get(id);
  if (!account) return deletedOrHidden('Account', id);
  const explain = () => [`The share is related to the Account ${labelOf(account)}.`];
  return { accountId: id, explain };
}

function followContact(id: string, records: CrmRecords): RelatedRecordPath {
  const contact = records.contacts.get(id);
  if (!contact) return deletedOrHidden('Contact', id);
  return pathThroughContact(contact, records, () => 'The share is related to the Contact');
}

function pathThroughContact(
  contact: ContactRecord,
  records: CrmRecords,
  start: () => string,
): RelatedRecordPath {
  const { id, accountId } = contact;
  const explain = () => [
    `${start()} ${contactWithAccountText(contact, records)}.`,
    ...emailReasons('Contact', contact),
  ];
  return { contactId: id, accountId, recipient: personOf(contact), explain };
}

function followLead(id: string, records: CrmRecords): RelatedRecordPath {
  const lead = records.leads.get(id);
  if (!lead) return deletedOrHidden('Lead', id);
  if (lead.converted) return followConverted(lead, records);
  const explain = () => [
    `The share is related to the Lead ${labelOf(lead)}.`,
    ...emailReasons('Lead', lead),
  ];
  return { leadId: id, recipient: personOf(lead), explain };
}

/** The person received the content even if the Contact is gone, so they stay the recipient. */
function followConverted(lead: LeadRecord, records: CrmRecords): RelatedRecordPath {
  const { convertedContactId: contactId, convertedAccountId: accountId } = lead;
  const start = 'The share is related to the Lead';
  const contact = contactId === undefined ? undefined : records.contacts.get(contactId);
  if (contact) {
    const converted = () => `${start} ${labelOf(lead)}, which was converted to the Contact`;
    return pathThroughContact(contact, records, converted);
  }
  const explain = () => [`${start} ${orphanedLeadText(lead, records)}`];
  return { recipient: personOf(lead), accountId, explain };
}

function followCase(id: string, records: CrmRecords): RelatedRecordPath {
  const record = records.cases.get(id);
  if (!record) return deletedOrHidden('Case', id);
  const { contactId } = record;
  const accountId = record.accountId ?? accountOfContact(record, records);
  if (accountId === undefined && contactId === undefined) {
    return emptyPath(`The share is related to the Case ${id}, which has no Account or Contact.`);
  }
  return { accountId, contactId, explain: () => caseReasons(record, accountId, records) };
}

function caseReasons(
  record: CaseRecord,
  accountId: string | undefined,
  records: CrmRecords,
): readonly string[] {
  const start = `The share is related to the Case ${record.id}`;
  const { contactId } = record;
  const account = caseAccountText(record, accountId, records);
  if (contactId === undefined) return [`${start}${account}`, 'The Case has no Contact.'];
  const contact = labelOf(records.contacts.get(contactId) ?? { id: contactId });
  return [`${start}${account}`, `The Case's Contact ${contact} is named, but is not a recipient.`];
}

function caseAccountText(
  record: CaseRecord,
  accountId: string | undefined,
  records: CrmRecords,
): string {
  if (accountId === undefined) return ', which has no Account.';
  const account = accountLabel(accountId, records);
  if (record.accountId !== undefined) return ` of the Account ${account}.`;
  return `. It has no Account, so the Account ${account} of its Contact is used.`;
}

function accountOfContact(record: CaseRecord, records: CrmRecords): string | undefined {
  return record.contactId === undefined
    ? undefined
    : records.contacts.get(record.contactId)?.accountId;
}

function personOf(record: ContactRecord | LeadRecord): RecordPerson | undefined {
  const { email, name, title } = record;
  return email ? { email, name, title } : undefined;
}

function emailReasons(
  type: 'Contact' | 'Lead',
  record: ContactRecord | LeadRecord,
): readonly string[] {
  const { email, invalidEmail } = record;
  if (email) return [];
  const lacks = invalidEmail ? `no valid email (${emailText(invalidEmail)})` : 'no email';
  return [`The ${type} ${labelOf(record)} has ${lacks}, so it is named, but is not a recipient.`];
}

function deletedOrHidden(type: string, id: string): RelatedRecordPath {
  return emptyPath(`The share is related to the ${type} ${id}, which is deleted or hidden.`);
}

function emptyPath(reason: string): RelatedRecordPath {
  return { explain: () => [reason] };
}
