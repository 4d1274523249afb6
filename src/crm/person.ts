import type {
  AccountRecord,
  ContactRecord,
  CrmRecords,
  EmailDomain,
  LeadRecord,
} from './records.ts';

/** A Contact who has the address himself, or whom a converted Lead with the address became. */
export interface Candidate {
  readonly contact: ContactRecord;
  readonly lead?: LeadRecord;
}

/** Who has an address, as far as Salesforce knows, with what was passed over for it. */
export type Person =
  | {
      readonly kind: 'contact';
      readonly chosen: Candidate;
      /** best first */
      readonly others: readonly Candidate[];
      /** those not converted */
      readonly leads: readonly LeadRecord[];
    }
  | { readonly kind: 'lead'; readonly lead: LeadRecord; readonly others: readonly LeadRecord[] }
  /** a converted Lead whose Contact is gone: its Account is what is left of it, if it has one */
  | { readonly kind: 'orphan'; readonly lead: LeadRecord }
  | { readonly kind: 'nobody' };

/** The Accounts that are found by the domain of an address. */
export interface DomainSearch {
  readonly found: EmailDomain;
  readonly accounts: readonly AccountRecord[];
}

interface Modified {
  readonly id: string;
  readonly modifiedAt: number;
}

/**
 * The record that stands for whoever has the address (in lower case): a Contact before a Lead, a
 * converted Lead being its Contact; of several Contacts the one with an Account, then the latest
 * modified, then the lowest Id, and Leads likewise.
 */
export function findPerson(email: string, records: CrmRecords): Person {
  const [chosen, ...others] = candidatesOf(email, records).sort(byRank);
  const leads = records.leadsOfEmail.get(email)?.toSorted(latestFirst) ?? [];
  const open = leads.filter(({ converted }) => !converted);
  if (chosen) return { kind: 'contact', chosen, others, leads: open };
  const [lead, ...further] = open;
  if (lead) return { kind: 'lead', lead, others: further };
  const orphan = leads.find((each) => each.convertedAccountId !== undefined) ?? leads[0];
  return orphan ? { kind: 'orphan', lead: orphan } : { kind: 'nobody' };
}

/** The Account that follows from the person's own record. */
export function accountOfPerson(person: Person): string | undefined {
  if (person.kind === 'contact') return person.chosen.contact.accountId;
  return person.kind === 'orphan' ? person.lead.convertedAccountId : undefined;
}

/** Whether nothing at all stands for the person: only then does the domain speak. */
export function isStranger(person: Person): boolean {
  if (person.kind === 'orphan') return person.lead.convertedAccountId === undefined;
  return person.kind === 'nobody';
}

/** What the domain of a stranger's address leads to; undefined where domains were not asked for. */
export function searchByDomain(email: string, records: CrmRecords): DomainSearch | undefined {
  const found = records.domainsOfEmail.get(email);
  if (!found) return undefined;
  const accounts =
    found.kind === 'company' ? records.accountsOfDomain.get(found.domain) : undefined;
  return { found, accounts: accounts ?? [] };
}

/** A guess between two would be wrong half the time. */
export function onlyAccount(search: DomainSearch | undefined): AccountRecord | undefined {
  const [only, another] = search?.accounts ?? [];
  return another ? undefined : only;
}

/** The converted Leads with this address whose Contact is known by his Id only. */
export function leadsToFollow(email: string, records: CrmRecords): readonly LeadRecord[] {
  const leads = records.leadsOfEmail.get(email);
  if (!leads) return [];
  const known = new Set(records.contactsOfEmail.get(email)?.map(({ id }) => id));
  return leads.filter(
    ({ converted, convertedContactId: id }) => converted && id !== undefined && !known.has(id),
  );
}

function candidatesOf(email: string, records: CrmRecords): Candidate[] {
  const candidates = new Map<string, Candidate>();
  for (const contact of records.contactsOfEmail.get(email) ?? []) {
    candidates.set(contact.id, { contact });
  }
  // Of two Leads that became the same Contact the latest is told of, whatever came first.
  for (const lead of leadsToFollow(email, records).toSorted(latestFirst)) {
    const contact = records.contacts.get(lead.convertedContactId ?? '');
    if (contact && !candidates.has(contact.id)) candidates.set(contact.id, { contact, lead });
  }
  return [...candidates.values()];
}

function byRank({ contact: one }: Candidate, { contact: other }: Candidate): number {
  const [withAccount, otherWith] = [one, other].map((each) => each.accountId !== undefined);
  if (withAccount !== otherWith) return withAccount ? -1 : 1;
  return latestFirst(one, other);
}

function latestFirst(one: Modified, other: Modified): number {
  return other.modifiedAt - one.modifiedAt || (one.id < other.id ? -1 : 1);
}
