import type {
  AccountRecord,
  CaseRecord,
  ContactRecord,
  ContactRoleRecord,
  CrmRecords,
  LeadRecord,
  OpportunityRecord,
} from '../../src/crm/records.ts';
import type { Grantee, Share } from '../../src/share/share.ts';
import { salesforceId18 } from '../../src/vendors/salesforce/id.ts';

/** Makes `modifiedAt` optional, for tests that do not depend on it. */
export type Undated<T> = Omit<T, 'modifiedAt'> & { readonly modifiedAt?: number };
export type OrgAccount = AccountRecord & { readonly website?: string };
export type OrgContact = Undated<ContactRecord>;
export type OrgLead = Undated<LeadRecord>;

/** A fake org as flat lists. Records that are not listed are deleted or hidden. */
export interface Org {
  readonly accounts: readonly OrgAccount[];
  readonly contacts: readonly OrgContact[];
  readonly leads: readonly OrgLead[];
  readonly cases: readonly CaseRecord[];
  readonly opportunities: readonly OpportunityRecord[];
  readonly roles: readonly ContactRoleRecord[];
}

const PREFIXES = {
  Account: '001',
  Contact: '003',
  User: '005',
  Opportunity: '006',
  Lead: '00Q',
  Case: '500',
  Custom__c: 'a0X',
} as const;

export type OrgType = keyof typeof PREFIXES;

/** The 18-character Id of the `number`-th record of a type. */
export function idOf(type: OrgType, number: number): string {
  return salesforceId18(`${PREFIXES[type]}${String(number).padStart(12, '0')}`);
}

export function orgOf(lists: Partial<Org>): Org {
  const empty: Org = {
    accounts: [],
    contacts: [],
    leads: [],
    cases: [],
    opportunities: [],
    roles: [],
  };
  return { ...empty, ...lists };
}

/** All records of an org, as if they had been looked up, without the Accounts' websites. */
export function recordsOf(lists: Partial<Org>): CrmRecords {
  const org = orgOf(lists);
  const contacts = org.contacts.map((each) => ({ modifiedAt: 0, ...each }));
  const leads = org.leads.map((each) => ({ modifiedAt: 0, ...each }));
  const byAccount = org.opportunities.filter((opportunity) => opportunity.accountId !== undefined);
  return {
    accounts: byId(org.accounts),
    contacts: byId(contacts),
    leads: byId(leads),
    cases: byId(org.cases),
    opportunities: byId(org.opportunities),
    contactsOfEmail: byEmail(contacts),
    leadsOfEmail: byEmail(leads),
    domainsOfEmail: new Map(),
    accountsOfDomain: new Map(),
    opportunitiesOfAccount: Map.groupBy(byAccount, (each) => each.accountId ?? ''),
    rolesOfOpportunity: Map.groupBy(org.roles, (role) => role.opportunityId),
  };
}

/** A delivery at `sharedAt` (ISO-8601 or epoch milliseconds) with an optional related record. */
export function deliveryOf(
  related: Share['related'],
  sharedAt: string | number = '2026-11-04T15:00:00Z',
): Share {
  return {
    source: 'salesforce',
    eventId: 'salesforce:05D000000000001AAA',
    shareId: '05D000000000001AAA',
    sharedAt: typeof sharedAt === 'number' ? sharedAt : Date.parse(sharedAt),
    sharer: { id: idOf('User', 1), email: 'rep@acme.com', username: 'rep@acme.com' },
    content: { id: '069000000000001AAA', title: 'Deck', url: 'https://acme.my.salesforce.com/d' },
    ...(related && { related }),
    contentProperties: [],
    eventProperties: [],
  };
}

/** A Drive share at `sharedAt` with external grantees, given as addresses or as objects. */
export function driveShareOf(
  grantees: readonly (string | Partial<Grantee>)[],
  sharedAt: string | number = '2026-11-04T15:00:00Z',
): Share {
  const named = grantees.map((each) => (typeof each === 'string' ? { email: each } : each));
  return {
    source: 'google-drive',
    eventId: 'drive:grants-1',
    shareId: 'grants-1',
    sharedAt: typeof sharedAt === 'number' ? sharedAt : Date.parse(sharedAt),
    sharer: { email: 'rep@acme.com' },
    content: { id: 'file-1', title: 'Deck', url: 'https://drive.google.com/open?id=file-1' },
    drive: {
      detector: 'audit-log',
      item: 'file',
      grantees: named.map((each) => ({ kind: 'user', email: '', role: 'reader', ...each })),
    },
    contentProperties: [],
    eventProperties: [],
  };
}

function byEmail<T extends { readonly email?: string }>(records: readonly T[]): Map<string, T[]> {
  return Map.groupBy(
    records.filter(({ email }) => email !== undefined),
    ({ email = '' }) => email.toLowerCase(),
  );
}

function byId<T extends { readonly id: string }>(records: readonly T[]): Map<string, T> {
  return new Map(records.map((record) => [record.id, record]));
}
