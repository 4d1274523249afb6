import { isQueryValid, parseQuery } from '@jetstreamapp/soql-parser-js';
import { expect, test } from 'vitest';
import { lookUp, type QueryBatch } from '../../src/crm/look-up.ts';
import { matchShare } from '../../src/crm/match.ts';
import type { OpportunityRecord } from '../../src/crm/records.ts';
import { readContact, readContactRole } from '../../src/crm/rows.ts';
import { RetryableError, UserError } from '../../src/lib/errors.ts';
import { OrgClient } from '../support/crm-client.ts';
import {
  deliveryOf,
  idOf,
  type Org,
  type OrgContact,
  type OrgType,
  orgOf,
} from '../support/crm-org.ts';

const OPTIONS = { timezone: 'America/New_York' };
const SHARES_PER_PAGE = 2_000;
const CALLS_PER_PAGE_MAX = 3;
const SOQL_CHARACTERS_MAX = 100_000;
const ACCOUNT = { id: idOf('Account', 1), name: 'Initech' };
const ANN = {
  id: idOf('Contact', 1),
  email: 'ann@initech.example',
  name: 'Ann Lee',
  title: 'Buyer',
  accountId: ACCOUNT.id,
  modifiedAt: Date.parse('2026-10-02T00:00:00Z'),
};
const CREATED = '2026-10-01T00:00:00.000+0000';
const DEAL: OpportunityRecord = {
  id: idOf('Opportunity', 1),
  name: 'Initech 2026',
  accountId: ACCOUNT.id,
  createdAt: Date.parse('2026-10-01T00:00:00Z'),
  closeDay: '2026-12-31',
  closed: false,
};

function related(type: OrgType, number = 1, sharedAt?: string) {
  return deliveryOf({ id: idOf(type, number), type }, sharedAt);
}

function clientOf(lists: Partial<Org>): OrgClient {
  return new OrgClient(orgOf(lists));
}

function manyContacts(count: number): OrgContact[] {
  return Array.from({ length: count }, (_, index) => ({
    id: idOf('Contact', index),
    email: `person${index}@initech.example`,
    accountId: idOf('Account', index),
  }));
}

test('a lookup without shares or related records causes no query', async () => {
  const client = clientOf({});
  await lookUp(client, [], OPTIONS);
  await lookUp(client, [deliveryOf(undefined), deliveryOf({ id: ANN.id })], OPTIONS);
  await lookUp(client, [related('Custom__c')], OPTIONS);
  expect(client.rounds).toBe(0);
});

test('a lookup returns the records with all their facts', async () => {
  const lead = {
    id: idOf('Lead', 1),
    email: 'lou@x.example',
    name: 'Lou',
    converted: false,
    modifiedAt: 0,
  };
  const found = { id: idOf('Case', 1), accountId: ACCOUNT.id, contactId: ANN.id };
  const role = { opportunityId: DEAL.id, contactId: ANN.id, primary: true };
  const client = clientOf({
    accounts: [ACCOUNT],
    contacts: [ANN],
    leads: [lead],
    cases: [found],
    opportunities: [DEAL],
    roles: [role],
  });
  const types = ['Account', 'Contact', 'Lead', 'Case', 'Opportunity'] as const;
  const records = await lookUp(
    client,
    types.map((type) => related(type)),
    OPTIONS,
  );
  expect(records.accounts.get(ACCOUNT.id)).toEqual(ACCOUNT);
  expect(records.contacts.get(ANN.id)).toEqual(ANN);
  expect(records.leads.get(lead.id)).toEqual(lead);
  expect(records.cases.get(found.id)).toEqual(found);
  expect(records.opportunities.get(DEAL.id)).toEqual(DEAL);
  expect(records.opportunitiesOfAccount.get(ACCOUNT.id)).toEqual([DEAL]);
  expect(records.rolesOfOpportunity.get(DEAL.id)).toEqual([role]);
});

test('2,000 deliveries for 2,000 Contacts need at most three composite calls', async () => {
  const contacts = manyContacts(SHARES_PER_PAGE);
  const opportunities = contacts.map(({ accountId }, index) => ({
    ...DEAL,
    id: idOf('Opportunity', index),
    accountId: accountId ?? '',
  }));
  const client = clientOf({ contacts, opportunities });
  const shares = contacts.map(({ id }) => deliveryOf({ id, type: 'Contact' }));
  const records = await lookUp(client, shares, OPTIONS);
  expect(client.calls).toBeLessThanOrEqual(CALLS_PER_PAGE_MAX);
  expect(records.contacts.size).toBe(SHARES_PER_PAGE);
  expect(records.opportunitiesOfAccount.size).toBe(SHARES_PER_PAGE);
});

test('2,000 deliveries for 2,000 converted Leads need at most three composite calls', async () => {
  const contacts = manyContacts(SHARES_PER_PAGE);
  const leads = contacts.map((contact, index) => ({
    id: idOf('Lead', index),
    converted: true,
    convertedContactId: contact.id,
    convertedAccountId: contact.accountId ?? '',
  }));
  const client = clientOf({ contacts, leads });
  const shares = leads.map(({ id }) => deliveryOf({ id, type: 'Lead' }));
  await lookUp(client, shares, OPTIONS);
  expect(client.calls).toBeLessThanOrEqual(CALLS_PER_PAGE_MAX);
});

test('every query is valid SOQL of less than 100,000 characters', async () => {
  const contacts = manyContacts(SHARES_PER_PAGE);
  const client = clientOf({ contacts });
  const types = ['Account', 'Lead', 'Case', 'Opportunity'] as const;
  const shares = [...contacts.keys()].flatMap((index) => [
    related('Contact', index),
    ...types.map((type) => related(type, index)),
  ]);
  await lookUp(client, shares, OPTIONS);
  expect(client.soqls.length).toBeGreaterThan(10);
  for (const soql of client.soqls) {
    expect(soql.length).toBeLessThan(SOQL_CHARACTERS_MAX);
    expect(isQueryValid(soql)).toBe(true);
    expect(parseQuery(soql).fields?.length).toBeGreaterThan(1);
    expect(soql).not.toContain('IsPersonAccount');
    expect(soql).not.toContain('IN ()');
  }
});

test('a record that many shares are related to is queried once', async () => {
  const client = clientOf({ accounts: [ACCOUNT], contacts: [ANN], opportunities: [DEAL] });
  const shares = Array.from({ length: 50 }, () => related('Contact'));
  await lookUp(client, [...shares, related('Account'), related('Opportunity')], OPTIONS);
  const queries = client.soqls.filter((soql) => soql.includes(ANN.id)).length;
  expect(queries).toBe(2);
  expect(client.soqls.every((soql) => soql.split(ANN.id).length <= 2)).toBe(true);
  expect(client.rounds).toBe(2);
});

test('an object that no share is related to is not queried', async () => {
  const client = clientOf({ contacts: [ANN] });
  await lookUp(client, [related('Contact')], OPTIONS);
  for (const object of ['Lead', 'Case', 'Account']) expect(client.countOf(object)).toBe(0);
});

test('contact roles are queried for recipients only', async () => {
  const { email: _, ...noEmail } = ANN;
  const cases = [{ id: idOf('Case', 1), contactId: ANN.id }];
  const ofCase = clientOf({ contacts: [ANN], cases });
  await lookUp(ofCase, [related('Case')], OPTIONS);
  expect(ofCase.countOf('OpportunityContactRole')).toBe(0);
  const withoutEmail = clientOf({ contacts: [noEmail] });
  await lookUp(withoutEmail, [related('Contact')], OPTIONS);
  expect(withoutEmail.countOf('OpportunityContactRole')).toBe(0);
  // control
  const ofRecipient = clientOf({ contacts: [ANN] });
  await lookUp(ofRecipient, [related('Contact')], OPTIONS);
  expect(ofRecipient.countOf('OpportunityContactRole')).toBe(1);
});

test('closed Opportunities are read back to the day before the earliest share', async () => {
  const client = clientOf({ accounts: [ACCOUNT] });
  // 23:30 on 31 October in New York
  const shares = ['2026-11-04T15:00:00Z', '2026-11-01T03:30:00Z', '2026-11-03T15:00:00Z'];
  await lookUp(
    client,
    shares.map((sharedAt) => related('Account', 1, sharedAt)),
    OPTIONS,
  );
  const query = client.soqls.find((soql) => soql.includes('FROM Opportunity'));
  expect(query).toContain(
    'AND (IsClosed = false OR CloseDate >= 2026-10-30) AND CreatedDate < 2026-11-11T15:00:00Z',
  );
});

test('all 3,000 open Opportunities are read, and roles on others are dropped', async () => {
  const opportunities = Array.from({ length: 3_000 }, (_, index) => ({
    ...DEAL,
    id: idOf('Opportunity', index),
  }));
  const elsewhere = { ...DEAL, id: idOf('Opportunity', 9_999), accountId: idOf('Account', 2) };
  const roles = [elsewhere, DEAL].map(({ id }) => ({
    opportunityId: id,
    contactId: ANN.id,
    primary: true,
  }));
  const client = clientOf({
    contacts: [ANN],
    opportunities: [...opportunities, elsewhere],
    roles,
  });
  const records = await lookUp(client, [related('Contact')], OPTIONS);
  expect(records.opportunitiesOfAccount.get(ACCOUNT.id)?.length).toBe(3_000);
  expect([...records.rolesOfOpportunity.keys()]).toEqual([DEAL.id]);
  expect(matchShare(related('Contact'), records, OPTIONS).objects[0]?.id).toBe(DEAL.id);
});

test('the Opportunities of an Account are sorted newest first', async () => {
  const days = ['2026-10-02', '2026-10-03', '2026-10-01', '2026-10-03'];
  const opportunities = days.map((day, index) => ({
    ...DEAL,
    id: idOf('Opportunity', days.length - index),
    createdAt: Date.parse(day),
  }));
  const client = clientOf({ accounts: [ACCOUNT], opportunities });
  const records = await lookUp(client, [related('Account')], OPTIONS);
  const ids = records.opportunitiesOfAccount.get(ACCOUNT.id)?.map(({ id }) => id);
  expect(ids).toEqual([1, 3, 4, 2].map((number) => idOf('Opportunity', number)));
});

test('an Account that only its Contact shows is hidden to a share related to it', async () => {
  const visibleByContact: QueryBatch = {
    queryBatch: async (soqls) =>
      soqls.map((soql) => (soql.includes(' FROM Contact ') ? [contactRow('Initech')] : [])),
  };
  const both = [related('Contact'), related('Account')];
  const records = await lookUp(visibleByContact, both, OPTIONS);
  expect(matchShare(related('Account'), records, OPTIONS).matched).toBe(false);
  // control: if no share is related to it, the reasons use its name
  const alone = await lookUp(visibleByContact, [related('Contact')], OPTIONS);
  expect(alone.accounts.get(ACCOUNT.id)).toEqual(ACCOUNT);
});

test.each([
  "003000000000001' OR Name != '",
  "003000000000001AAA') OR (Id != '",
  'x',
  '',
  '003000000000001AA\\',
])('%j is not an Id: it is never queried, and its share is unmatched', async (id) => {
  const client = clientOf({ contacts: [ANN] });
  const share = deliveryOf({ id, type: 'Contact' });
  const records = await lookUp(client, [share, related('Contact')], OPTIONS);
  expect(client.soqls.some((soql) => soql.includes("' OR") || soql.includes("''"))).toBe(false);
  expect(client.soqls[0]).toMatch(/ IN \('003000000000001AAA'\)$/);
  expect(matchShare(share, records, OPTIONS).matched).toBe(false);
  expect(matchShare(related('Contact'), records, OPTIONS).matched).toBe(true);
});

test("a lookup that fails in any round throws the client's error", async () => {
  const failure = new RetryableError('Salesforce answered 503');
  for (const failingRound of [1, 2]) {
    let round = 0;
    const inner = clientOf({ contacts: [ANN] });
    const client: QueryBatch = {
      queryBatch: async (soqls) => {
        round += 1;
        if (round === failingRound) throw failure;
        return inner.queryBatch(soqls);
      },
    };
    await expect(lookUp(client, [related('Contact')], OPTIONS)).rejects.toBe(failure);
  }
});

test('fewer or more results than queries throw', async () => {
  for (const results of [[], [[], []]]) {
    const client: QueryBatch = { queryBatch: async () => results };
    await expect(lookUp(client, [related('Contact')], OPTIONS)).rejects.toThrow(
      `Salesforce returned ${results.length} of 1 query results`,
    );
  }
});

test.each([
  ['no object', null],
  ['an invalid Id', { ...contactRow('Initech'), Id: 'ann@initech.example' }],
  ['no Id', { ...contactRow('Initech'), Id: undefined }],
])('a row with %s is an error without personal data', async (_, row) => {
  const client: QueryBatch = { queryBatch: async () => [[row]] };
  const failure = lookUp(client, [related('Contact')], OPTIONS);
  await expect(failure).rejects.toThrow(UserError);
  await expect(failure).rejects.toThrow('a Contact row that cannot be read');
  await expect(failure).rejects.not.toThrow(/initech/i);
});

test.each([
  ['Lead', { Id: idOf('Lead', 1), IsConverted: 'false', LastModifiedDate: CREATED }],
  ['Lead', { Id: idOf('Lead', 1), IsConverted: false }],
  ['Opportunity', { Id: DEAL.id, CreatedDate: CREATED, IsClosed: 'false' }],
  ['Opportunity', { Id: DEAL.id, CreatedDate: 'yesterday', IsClosed: false }],
  ['Case', { Id: 'x' }],
  ['Account', { Id: 7 }],
] as const)('a %s row that would mislead, %j, is an error', async (type, row) => {
  const client: QueryBatch = { queryBatch: async () => [[row]] };
  const failure = lookUp(client, [related(type)], OPTIONS);
  await expect(failure).rejects.toThrow(UserError);
  await expect(failure).rejects.toThrow(`a ${type} row that cannot be read`);
});

test.each([
  ['Contact', { Id: ANN.id }],
  ['Lead', { Id: idOf('Lead', 1), IsConverted: 'false', LastModifiedDate: CREATED }],
  ['Opportunity', { Id: DEAL.id, CreatedDate: 'yesterday', IsClosed: false }],
  ['Case', { Id: 'x' }],
  ['Account', { Id: 7 }],
] as const)(
  'a %s row that cannot be read is set aside if the caller takes it',
  async (type, row) => {
    const client: QueryBatch = { queryBatch: async (soqls) => soqls.map(() => [row]) };
    const faulty: unknown[] = [];
    const onFaultyRow = (one: unknown) => void faulty.push(one);
    await lookUp(client, [related(type)], { ...OPTIONS, onFaultyRow });
    expect(faulty).toMatchObject([{ kind: type, problem: expect.any(String) }]);
  },
);

test('an invalid optional column counts as empty', async () => {
  const modified = { LastModifiedDate: CREATED };
  const rows: Partial<Record<OrgType, object>> = {
    Contact: {
      Id: ANN.id,
      Email: 7,
      Name: [],
      Title: {},
      AccountId: 'x',
      Account: 'Initech',
      ...modified,
    },
    Lead: {
      Id: idOf('Lead', 1),
      Email: 7,
      ConvertedContactId: 'x',
      ConvertedAccountId: 7,
      ...modified,
    },
    Account: { Id: ACCOUNT.id, Name: 7 },
    Opportunity: { Id: DEAL.id, AccountId: 'x', CreatedDate: CREATED, CloseDate: '31/12/2026' },
    Case: { Id: idOf('Case', 1), AccountId: 'x', ContactId: 7, Account: { Name: 7 } },
  };
  const types = ['Contact', 'Lead', 'Account', 'Opportunity', 'Case'] as const;
  const client: QueryBatch = {
    queryBatch: async (soqls) =>
      soqls.map((soql) => types.flatMap((type) => (soql.includes(` ${type} `) ? rows[type] : []))),
  };
  const shares = types.map((type) => related(type));
  const { contacts, leads, accounts, opportunities, cases } = await lookUp(client, shares, OPTIONS);
  const { createdAt } = DEAL;
  const modifiedAt = createdAt;
  expect([...contacts.values()]).toEqual([{ id: ANN.id, modifiedAt }]);
  expect([...leads.values()]).toEqual([{ id: idOf('Lead', 1), converted: false, modifiedAt }]);
  expect([...accounts.values()]).toEqual([{ id: ACCOUNT.id }]);
  expect([...opportunities.values()]).toEqual([{ id: DEAL.id, createdAt, closed: false }]);
  expect([...cases.values()]).toEqual([{ id: idOf('Case', 1) }]);
});

test('a missing flag counts as false', async () => {
  const row = { OpportunityId: DEAL.id, ContactId: ANN.id };
  for (const IsPrimary of [undefined, null, false, true]) {
    expect(readContactRole({ ...row, IsPrimary }).primary).toBe(IsPrimary === true);
  }
});

test('an Id of 18 characters is used unchanged, whatever its checksum', async () => {
  const id = '00Q000000000001AAA';
  const soqls: string[] = [];
  const client: QueryBatch = {
    queryBatch: async (batch) => {
      soqls.push(...batch);
      return batch.map(() => [{ Id: id, Email: 'lou@x.example', LastModifiedDate: CREATED }]);
    },
  };
  const share = deliveryOf({ id, type: 'Lead' });
  const match = matchShare(share, await lookUp(client, [share], OPTIONS), OPTIONS);
  expect(soqls).toEqual([expect.stringMatching(/FROM Lead WHERE Id IN \('00Q000000000001AAA'\)$/)]);
  expect(match.objects).toEqual([{ type: 'Lead', id }]);
});

test('a row with the short form of an Id is read with the long form', () => {
  const row = { ...contactRow('Initech'), Id: '003000000000001' };
  expect(readContact(row)).toEqual(readContact(contactRow('Initech')));
});

function contactRow(accountName: string) {
  return {
    Id: ANN.id,
    Email: ANN.email,
    Name: ANN.name,
    Title: null,
    AccountId: ACCOUNT.id,
    Account: { attributes: { type: 'Account' }, Name: accountName },
    LastModifiedDate: CREATED,
  };
}
