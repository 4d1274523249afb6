import {
  type Candidate,
  type DomainSearch,
  isUnknown,
  type Person,
  searchByDomain,
} from './person.ts';
import {
  contactWithAccountText,
  emailText,
  labelOf,
  listText,
  orphanedLeadText,
  timeText,
} from './reason-text.ts';
import type { ContactRecord, CrmRecords, LeadRecord } from './records.ts';

/** Why this record was chosen for the address, or why none was. */
export function personReasons(
  email: string,
  person: Person,
  records: CrmRecords,
): readonly string[] {
  const start = ownerText(email, person, records);
  if (isUnknown(person)) return [`${start}${domainText(searchByDomain(email, records))}`];
  switch (person.kind) {
    case 'contact':
      return [
        start,
        ...contactChoiceReasons(person.chosen, person.others),
        ...otherLeadsReasons(person.leads),
      ];
    case 'lead':
      return [start, ...leadChoiceReasons(person.lead, person.others)];
    default:
      return [start];
  }
}

function ownerText(email: string, person: Person, records: CrmRecords): string {
  const owner = `${emailText(email)} belongs to`;
  switch (person.kind) {
    case 'contact':
      return `${owner} ${contactText(person.chosen, records)}.`;
    case 'lead':
      return `${owner} the Lead ${labelOf(person.lead)}.`;
    case 'orphaned-lead':
      return `${owner} the Lead ${orphanedLeadText(person.lead, records)}`;
    case 'unknown':
      return `No Contact or Lead has the address ${emailText(email)}.`;
  }
}

function contactText({ contact, lead }: Candidate, records: CrmRecords): string {
  const text = `the Contact ${contactWithAccountText(contact, records)}`;
  return lead ? `the Lead ${labelOf(lead)}, which was converted to ${text}` : text;
}

function contactChoiceReasons(chosen: Candidate, others: readonly Candidate[]): readonly string[] {
  if (others.length === 0) return [];
  return [
    `It was chosen from ${others.length + 1} Contacts with this address because ` +
      `${contactRankText(chosen, others)}. ` +
      `Not chosen: ${listText(others, ({ contact }) => otherContactText(contact))}.`,
  ];
}

function contactRankText({ contact }: Candidate, others: readonly Candidate[]): string {
  const rivals = others.filter((other) => hasAccount(other.contact) === hasAccount(contact));
  if (rivals.length === 0) return 'only this one has an Account';
  const account = hasAccount(contact) ? 'it has an Account and' : 'none has an Account and it';
  return `${account} ${lastModifiedText(
    contact,
    rivals.map((rival) => rival.contact),
  )}`;
}

function otherContactText(contact: ContactRecord): string {
  const account = hasAccount(contact) ? 'with an Account' : 'without an Account';
  return `${labelOf(contact)}, ${account}, modified ${timeText(contact.modifiedAt)}`;
}

function otherLeadsReasons(leads: readonly LeadRecord[]): readonly string[] {
  if (leads.length === 0) return [];
  return [`A Contact takes precedence over a Lead. Not chosen: ${listText(leads, labelOf)}.`];
}

function leadChoiceReasons(lead: LeadRecord, others: readonly LeadRecord[]): readonly string[] {
  if (others.length === 0) return [];
  return [
    `It was chosen from ${others.length + 1} Leads with this address because it ` +
      `${lastModifiedText(lead, others)}. Not chosen: ${listText(others, labelOf)}.`,
  ];
}

function lastModifiedText(
  chosen: ContactRecord | LeadRecord,
  rivals: readonly (ContactRecord | LeadRecord)[],
): string {
  const tied = rivals.some((rival) => rival.modifiedAt === chosen.modifiedAt);
  return `was modified last (${timeText(chosen.modifiedAt)})${tied ? ', with the lowest Id' : ''}`;
}

function domainText(search: DomainSearch | undefined): string {
  if (!search) return '';
  const { emailDomain, accounts } = search;
  const { kind, domain } = emailDomain;
  if (kind === 'none') return ' Its domain does not belong to a company.';
  if (kind === 'public-mail') return ` ${domain} is a public mail provider, not a company.`;
  const [only] = accounts;
  if (!only) return ` No Account has a website at ${domain}.`;
  if (accounts.length === 1) {
    return ` The Account ${labelOf(only)} is the only one with a website at ${domain}.`;
  }
  const several = `${accounts.length} Accounts have a website at ${domain}`;
  return ` ${several}, so none is named: ${listText(accounts, labelOf)}.`;
}

function hasAccount(contact: ContactRecord): boolean {
  return contact.accountId !== undefined;
}
