import type {
  AccountRecord,
  CaseRecord,
  ContactRecord,
  ContactRoleRecord,
  CrmRecords,
  LeadRecord,
  OpportunityRecord,
} from '../../src/crm/records.ts';
import type { Share } from '../../src/share/share.ts';
import { salesforceId18 } from '../../src/vendors/salesforce/id.ts';

/** A made-up org as flat lists; what is not in them is deleted or hidden. */
export interface Org {
  readonly accounts: readonly AccountRecord[];
  readonly contacts: readonly ContactRecord[];
  readonly leads: readonly LeadRecord[];
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

/** The 18-character Id of the `number`-th made-up record of a type. */
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

/** All of an org, as if every record had been looked up. */
export function recordsOf(lists: Partial<Org>): CrmRecords {
  const org = orgOf(lists);
  const byAccount = org.opportunities.filter((opportunity) => opportunity.accountId !== undefined);
  return {
    accounts: byId(org.accounts),
    contacts: byId(org.contacts),
    leads: byId(org.leads),
    cases: byId(org.cases),
    opportunities: byId(org.opportunities),
    opportunitiesOfAccount: Map.groupBy(byAccount, (each) => each.accountId ?? ''),
    rolesOfOpportunity: Map.groupBy(org.roles, (role) => role.opportunityId),
  };
}

/** A delivery at `sharedAt` (ISO-8601 or epoch milliseconds), related to a record or to none. */
export function deliveryOf(
  related: Share['related'],
  sharedAt: string | number = '2026-11-04T15:00:00Z',
): Share {
  return {
    source: 'salesforce',
    shareId: '05D000000000001AAA',
    sharedAt: typeof sharedAt === 'number' ? sharedAt : Date.parse(sharedAt),
    sharer: { id: idOf('User', 1), email: 'rep@acme.com', username: 'rep@acme.com' },
    content: { id: '069000000000001AAA', title: 'Deck', url: 'https://acme.my.salesforce.com/d' },
    ...(related && { related }),
    contentProperties: [],
    eventProperties: [],
  };
}

function byId<T extends { readonly id: string }>(records: readonly T[]): Map<string, T> {
  return new Map(records.map((record) => [record.id, record]));
}
