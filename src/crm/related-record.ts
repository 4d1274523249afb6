import type { RelatedRecord } from '../share/share.ts';
import type { CaseRecord, ContactRecord, CrmRecords, LeadRecord } from './records.ts';
import { labelOf } from './sentences.ts';

/** A person whom the content was given to, as far as the related record tells. */
interface Person {
  readonly email: string;
  readonly name?: string;
  readonly title?: string;
}

/** Where a related record leads. Without any id it leads nowhere. */
export interface RelatedRecordPath {
  /** the delivery's own: named whether open or not */
  readonly opportunityId?: string;
  readonly accountId?: string;
  readonly contactId?: string;
  readonly leadId?: string;
  readonly recipient?: Person;
  readonly reasons: readonly string[];
}

/**
 * Follows a related record to what it stands for; the Account's deal is not chosen here.
 * Only the related record itself must be there: what it points to by Id is a fact even where
 * the integration user may not see that record.
 */
export function followRelated(
  related: RelatedRecord | undefined,
  records: CrmRecords,
): RelatedRecordPath {
  if (!related) return nowhere('The share relates to no Salesforce record.');
  switch (related.type) {
    case undefined:
      return nowhere(`The share relates to ${related.id}, which is deleted or hidden.`);
    case 'Opportunity':
      return followOpportunity(related.id, records);
    case 'Account':
      return followAccount(related.id, records);
    case 'Contact':
      return followContact(related.id, records);
    case 'Lead':
      return followLead(related.id, records);
    case 'Case':
      return followCase(related.id, records);
    default:
      return nowhere(
        `The share relates to ${related.id}, of the type ${labelOf({ id: related.type })}; only ` +
          'Opportunities, Accounts, Contacts, Leads and Cases are followed.',
      );
  }
}

/** The Contact that must be known before `related` can be followed, if it needs one. */
export function contactOnPath(related: RelatedRecord, records: CrmRecords): string | undefined {
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
  if (!opportunity) return missing('Opportunity', id);
  const start = `The share relates to the Opportunity ${labelOf(opportunity)}`;
  const { accountId } = opportunity;
  if (accountId === undefined) {
    return { opportunityId: id, reasons: [`${start}, which has no Account.`] };
  }
  const account = accountLabel(accountId, records);
  return { opportunityId: id, accountId, reasons: [`${start} of the Account ${account}.`] };
}

function followAccount(id: string, records: CrmRecords): RelatedRecordPath {
  const account = records.accounts.get(id);
  if (!account) return missing('Account', id);
  return { accountId: id, reasons: [`The share relates to the Account ${labelOf(account)}.`] };
}

function followContact(id: string, records: CrmRecords): RelatedRecordPath {
  const contact = records.contacts.get(id);
  if (!contact) return missing('Contact', id);
  return throughContact(contact, records, 'The share relates to the Contact');
}

function throughContact(
  contact: ContactRecord,
  records: CrmRecords,
  start: string,
): RelatedRecordPath {
  const { id, accountId } = contact;
  const account =
    accountId === undefined ? 'no Account' : `the Account ${accountLabel(accountId, records)}`;
  const recipient = personOf(contact);
  return {
    contactId: id,
    ...(accountId !== undefined && { accountId }),
    ...(recipient && { recipient }),
    reasons: [`${start} ${labelOf(contact)}, with ${account}.`, ...saidOf('Contact', contact)],
  };
}

function followLead(id: string, records: CrmRecords): RelatedRecordPath {
  const lead = records.leads.get(id);
  if (!lead) return missing('Lead', id);
  const start = `The share relates to the Lead ${labelOf(lead)}`;
  if (lead.converted) return followConverted(lead, records, start);
  const recipient = personOf(lead);
  return {
    leadId: id,
    ...(recipient && { recipient }),
    reasons: [`${start}.`, ...saidOf('Lead', lead)],
  };
}

/** The content still went to the person, so a Lead whose Contact is gone stays the recipient. */
function followConverted(lead: LeadRecord, records: CrmRecords, start: string): RelatedRecordPath {
  const { convertedContactId: contactId, convertedAccountId: accountId } = lead;
  const contact = contactId === undefined ? undefined : records.contacts.get(contactId);
  if (contact) return throughContact(contact, records, `${start}, converted to the Contact`);
  const gone = contactId === undefined ? 'whose Contact' : `whose Contact ${contactId}`;
  const converted = `${start}, converted, ${gone} is deleted or hidden`;
  const recipient = personOf(lead);
  const person = recipient ? { recipient } : {};
  if (accountId === undefined) {
    return { ...person, reasons: [`${converted}, and which names no Account.`] };
  }
  const account = accountLabel(accountId, records);
  return { ...person, accountId, reasons: [`${converted}: its Account ${account} is used.`] };
}

function followCase(id: string, records: CrmRecords): RelatedRecordPath {
  const record = records.cases.get(id);
  if (!record) return missing('Case', id);
  const { contactId } = record;
  const accountId = record.accountId ?? accountOfContact(record, records);
  if (accountId === undefined && contactId === undefined) {
    return nowhere(`The share relates to the Case ${id}, which has no Account and no Contact.`);
  }
  return {
    ...(accountId !== undefined && { accountId }),
    ...(contactId !== undefined && { contactId }),
    reasons: saidOfCase(record, accountId, records),
  };
}

function saidOfCase(
  record: CaseRecord,
  accountId: string | undefined,
  records: CrmRecords,
): readonly string[] {
  const { id, contactId } = record;
  const whose = record.accountId === undefined ? "its Contact's Account" : 'its Account';
  const account =
    accountId === undefined
      ? 'which has no Account'
      : `which stands for ${whose} ${accountLabel(accountId, records)}`;
  const start = `The share relates to the Case ${id}, ${account}.`;
  if (contactId === undefined) return [start, 'The Case has no Contact.'];
  const contact = labelOf(records.contacts.get(contactId) ?? { id: contactId });
  return [start, `The Case's Contact ${contact} is named and is no recipient.`];
}

function accountOfContact(record: CaseRecord, records: CrmRecords): string | undefined {
  return record.contactId === undefined
    ? undefined
    : records.contacts.get(record.contactId)?.accountId;
}

function personOf(record: ContactRecord | LeadRecord): Person | undefined {
  const { email, name, title } = record;
  if (!email) return undefined;
  return { email, ...(name && { name }), ...(title && { title }) };
}

function saidOf(type: 'Contact' | 'Lead', record: ContactRecord | LeadRecord): readonly string[] {
  return record.email
    ? []
    : [`The ${type} ${labelOf(record)} has no email: named, and no recipient.`];
}

function accountLabel(id: string, records: CrmRecords): string {
  return labelOf(records.accounts.get(id) ?? { id });
}

function missing(type: string, id: string): RelatedRecordPath {
  return nowhere(`The share relates to the ${type} ${id}, which is deleted or hidden.`);
}

function nowhere(reason: string): RelatedRecordPath {
  return { reasons: [reason] };
}
