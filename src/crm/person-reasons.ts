import {
  type Candidate,
  type DomainSearch,
  isStranger,
  type Person,
  searchByDomain,
} from './person.ts';
import type { ContactRecord, CrmRecords, LeadRecord } from './records.ts';
import { addressOf, labelOf, listOf, timeOf } from './sentences.ts';

/** Why this record stands for whoever has the address, or why none does. */
export function saidOfPerson(
  email: string,
  person: Person,
  records: CrmRecords,
): readonly string[] {
  const start = `${addressOf(email)} is ${whoIs(person, records)}`;
  if (isStranger(person)) return [`${start}${saidOfDomain(searchByDomain(email, records))}.`];
  switch (person.kind) {
    case 'contact':
      return [`${start}.`, ...saidOfContacts(person.chosen, person.others), ...saidOfLeads(person)];
    case 'lead':
      return [`${start}.`, ...saidOfOtherLeads(person.lead, person.others)];
    default:
      return [`${start}.`];
  }
}

function whoIs(person: Person, records: CrmRecords): string {
  switch (person.kind) {
    case 'contact':
      return whichContact(person.chosen, records);
    case 'lead':
      return `the Lead ${labelOf(person.lead)}`;
    case 'orphan':
      return whichOrphan(person.lead, records);
    case 'nobody':
      return 'the address of no Contact and no Lead';
  }
}

function whichContact({ contact, lead }: Candidate, records: CrmRecords): string {
  const { accountId } = contact;
  const account =
    accountId === undefined ? 'no Account' : `the Account ${accountLabel(accountId, records)}`;
  const who = lead ? `the Lead ${labelOf(lead)}, converted to the Contact` : 'the Contact';
  return `${who} ${labelOf(contact)}, with ${account}`;
}

function whichOrphan(lead: LeadRecord, records: CrmRecords): string {
  const { convertedContactId: contactId, convertedAccountId: accountId } = lead;
  const gone = contactId === undefined ? 'whose Contact' : `whose Contact ${contactId}`;
  const converted = `the Lead ${labelOf(lead)}, converted, ${gone} is deleted or hidden`;
  return accountId === undefined
    ? `${converted}, and which names no Account`
    : `${converted}: its Account ${accountLabel(accountId, records)} is used`;
}

function saidOfContacts(chosen: Candidate, others: readonly Candidate[]): readonly string[] {
  if (others.length === 0) return [];
  const passedOver = listOf(others, ({ contact }) => sayContact(contact));
  return [
    `Of ${others.length + 1} Contacts with this address it was chosen because it ` +
      `${whyChosen(chosen, others)}. Passed over: ${passedOver}.`,
  ];
}

function whyChosen({ contact }: Candidate, others: readonly Candidate[]): string {
  const rivals = others.filter((other) => hasAccount(other.contact) === hasAccount(contact));
  if (rivals.length === 0) return 'alone has an Account';
  const account = hasAccount(contact) ? 'has an Account' : 'like the others has no Account';
  return `${account} and ${lastModified(
    contact,
    rivals.map((rival) => rival.contact),
  )}`;
}

function sayContact(contact: ContactRecord): string {
  const account = hasAccount(contact) ? 'with an Account' : 'without an Account';
  return `${labelOf(contact)}, ${account}, modified ${timeOf(contact.modifiedAt)}`;
}

function saidOfLeads({ leads }: Person & { readonly kind: 'contact' }): readonly string[] {
  if (leads.length === 0) return [];
  return [`A Contact goes before a Lead. Passed over: ${listOf(leads, labelOf)}.`];
}

function saidOfOtherLeads(lead: LeadRecord, others: readonly LeadRecord[]): readonly string[] {
  if (others.length === 0) return [];
  return [
    `Of ${others.length + 1} Leads with this address it was chosen because it ` +
      `${lastModified(lead, others)}. Passed over: ${listOf(others, labelOf)}.`,
  ];
}

function lastModified(
  chosen: ContactRecord | LeadRecord,
  rivals: readonly (ContactRecord | LeadRecord)[],
): string {
  const tied = rivals.some((rival) => rival.modifiedAt === chosen.modifiedAt);
  return `was modified last (${timeOf(chosen.modifiedAt)})${tied ? ', with the lowest Id' : ''}`;
}

function saidOfDomain(search: DomainSearch | undefined): string {
  if (!search) return '';
  const { found, accounts } = search;
  if (found.kind === 'none') return '; its domain is no company’s own';
  if (found.kind === 'public-mail') {
    return `; ${found.domain} gives addresses to anybody, and names no Account`;
  }
  const [only] = accounts;
  if (!only) return `; no Account has a website of ${found.domain}`;
  if (accounts.length === 1) {
    return `; the Account ${labelOf(only)} is the only one with a website of ${found.domain}`;
  }
  const several = `${accounts.length} Accounts have a website of ${found.domain}`;
  return `; ${several}, so none is named: ${listOf(accounts, labelOf)}`;
}

function hasAccount(contact: ContactRecord): boolean {
  return contact.accountId !== undefined;
}

function accountLabel(id: string, records: CrmRecords): string {
  return labelOf(records.accounts.get(id) ?? { id });
}
