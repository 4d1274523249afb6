import { comparedAddress } from '../share/address.ts';
import type {
  AccountRecord,
  ContactRecord,
  CrmRecords,
  EmailDomain,
  LeadRecord,
} from './records.ts';

/** A Contact with the address, or the Contact that a Lead with the address was converted to. */
export interface Candidate {
  readonly contact: ContactRecord;
  readonly lead?: LeadRecord;
}

/** The Salesforce record of the person with an address, and the records not chosen. */
export type Person =
  | {
      readonly kind: 'contact';
      readonly chosen: Candidate;
      /** best first */
      readonly others: readonly Candidate[];
      /** the unconverted Leads */
      readonly leads: readonly LeadRecord[];
    }
  | { readonly kind: 'lead'; readonly lead: LeadRecord; readonly others: readonly LeadRecord[] }
  /** a converted Lead whose Contact is deleted or hidden; only its Account can be used */
  | { readonly kind: 'orphaned-lead'; readonly lead: LeadRecord }
  | { readonly kind: 'unknown' };

/** The Accounts whose website has the domain of an address. */
export interface DomainSearch {
  readonly emailDomain: EmailDomain;
  readonly accounts: readonly AccountRecord[];
}

interface Modified {
  readonly id: string;
  readonly modifiedAt: number;
}

/**
 * The record of the person with the address, in any case. A Contact takes precedence over a Lead; a
 * converted Lead counts as its Contact. Among several Contacts, one with an Account wins, then the most
 * recently modified, then the lowest Id. Leads are ranked by the last two.
 */
export function findPerson(email: string, records: CrmRecords): Person {
  const [chosen, ...others] = candidatesOf(email, records).sort(byRank);
  const leads = records.leadsOfEmail.get(comparedAddress(email))?.toSorted(latestFirst) ?? [];
  const open = leads.filter(({ converted }) => !converted);
  if (chosen) return { kind: 'contact', chosen, others, leads: open };
  const [lead, ...otherLeads] = open;
  if (lead) return { kind: 'lead', lead, others: otherLeads };
  const orphan = leads.find((each) => each.convertedAccountId !== undefined) ?? leads[0];
  return orphan ? { kind: 'orphaned-lead', lead: orphan } : { kind: 'unknown' };
}

/** The Account of the person's own record. */
export function accountIdOf(person: Person): string | undefined {
  if (person.kind === 'contact') return person.chosen.contact.accountId;
  return person.kind === 'orphaned-lead' ? person.lead.convertedAccountId : undefined;
}

/** True if no record can be named for the person. Only then is the domain searched. */
export function isUnknown(person: Person): boolean {
  if (person.kind === 'orphaned-lead') return person.lead.convertedAccountId === undefined;
  return person.kind === 'unknown';
}

/** The Accounts for an unknown person's domain; undefined if domains were not queried. */
export function searchByDomain(email: string, records: CrmRecords): DomainSearch | undefined {
  const emailDomain = records.domainsOfEmail.get(comparedAddress(email));
  if (!emailDomain) return undefined;
  const accounts =
    emailDomain.kind === 'company' ? records.accountsOfDomain.get(emailDomain.domain) : undefined;
  return { emailDomain, accounts: accounts ?? [] };
}

/** The Account, if there is exactly one: choosing between several would be a guess. */
export function singleAccount(search: DomainSearch | undefined): AccountRecord | undefined {
  const [only, another] = search?.accounts ?? [];
  return another ? undefined : only;
}

/** The converted Leads with this address, if the Contact was not found by the same address. */
export function leadsToFollow(email: string, records: CrmRecords): readonly LeadRecord[] {
  const compared = comparedAddress(email);
  const leads = records.leadsOfEmail.get(compared);
  if (!leads) return [];
  const known = new Set(records.contactsOfEmail.get(compared)?.map(({ id }) => id));
  return leads.filter(
    ({ converted, convertedContactId: id }) => converted && id !== undefined && !known.has(id),
  );
}

function candidatesOf(email: string, records: CrmRecords): Candidate[] {
  const candidates = new Map<string, Candidate>();
  for (const contact of records.contactsOfEmail.get(comparedAddress(email)) ?? []) {
    candidates.set(contact.id, { contact });
  }
  // If two Leads were converted to the same Contact, keep the latest, regardless of row order.
  for (const lead of leadsToFollow(email, records).toSorted(latestFirst)) {
    const contact = records.contacts.get(lead.convertedContactId ?? '');
    if (contact && !candidates.has(contact.id)) candidates.set(contact.id, { contact, lead });
  }
  return [...candidates.values()];
}

function byRank({ contact: one }: Candidate, { contact: other }: Candidate): number {
  const [oneHasAccount, otherHasAccount] = [one, other].map((each) => each.accountId !== undefined);
  if (oneHasAccount !== otherHasAccount) return oneHasAccount ? -1 : 1;
  return latestFirst(one, other);
}

function latestFirst(one: Modified, other: Modified): number {
  return other.modifiedAt - one.modifiedAt || (one.id < other.id ? -1 : 1);
}
