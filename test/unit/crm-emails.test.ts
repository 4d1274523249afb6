import { isQueryValid } from '@jetstreamapp/soql-parser-js';
import { expect, test } from 'vitest';
import { lookUp, type QueryBatch } from '../../src/crm/look-up.ts';
import { matchShare } from '../../src/crm/match.ts';
import { OrgClient } from '../support/crm-client.ts';
import { deliveryOf, driveShareOf, idOf, type Org, orgOf } from '../support/crm-org.ts';

const OPTIONS = { timezone: 'UTC' };
const EMAILS = 5_000;
const CALLS_MAX = 5;
const VALUES_PER_QUERY_MAX = 1_000;
const SOQL_CHARACTERS_MAX = 100_000;
const LONGEST_EMAIL = `${'l'.repeat(64)}@${'d'.repeat(247)}.example`;
const ANN = {
  id: idOf('Contact', 1),
  email: 'ann@initech.example',
  accountId: idOf('Account', 1),
};

function clientOf(lists: Partial<Org>): OrgClient {
  return new OrgClient(orgOf(lists));
}

async function match(client: QueryBatch, email: string) {
  const share = driveShareOf([email]);
  return matchShare(share, await lookUp(client, [share], OPTIONS), OPTIONS);
}

function emailsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `person.${index}@customer${index}.example`);
}

/** Shares with `perShare` emails each. */
function sharesOf(emails: readonly string[], perShare: number) {
  return Array.from({ length: Math.ceil(emails.length / perShare) }, (_, index) =>
    driveShareOf(emails.slice(index * perShare, (index + 1) * perShare)),
  );
}

test('5,000 distinct emails with roles and Opportunities take at most 5 calls', async () => {
  const emails = emailsOf(EMAILS);
  const contacts = emails.map((email, index) => ({
    id: idOf('Contact', index),
    email,
    accountId: idOf('Account', index),
  }));
  const client = clientOf({ contacts });
  const records = await lookUp(client, sharesOf(emails, 3), OPTIONS);
  expect(records.contactsOfEmail.size).toBe(EMAILS);
  expect(client.countOf('OpportunityContactRole')).toBe(EMAILS / VALUES_PER_QUERY_MAX);
  expect(client.countOf('Opportunity')).toBe(EMAILS / VALUES_PER_QUERY_MAX);
  expect(client.calls).toBeLessThanOrEqual(CALLS_MAX);
});

test('5,000 emails of Contacts and converted Leads take at most 5 billed calls', async () => {
  const emails = emailsOf(EMAILS);
  const contacts = emails.map((email, index) => ({
    id: idOf('Contact', index),
    ...(index % 2 === 0 && { email }),
    accountId: idOf('Account', index),
  }));
  const leads = emails.flatMap((email, index) => {
    const contact = { convertedContactId: idOf('Contact', index) };
    const account = { convertedAccountId: idOf('Account', index) };
    const lead = { id: idOf('Lead', index), email, converted: true, ...contact, ...account };
    return index % 2 === 0 ? [] : [lead];
  });
  const client = clientOf({ contacts, leads });
  const records = await lookUp(client, sharesOf(emails, 3), OPTIONS);
  expect(client.calls).toBeLessThanOrEqual(CALLS_MAX);
  const share = driveShareOf([emails[1] ?? '']);
  expect(matchShare(share, records, OPTIONS).objects).toEqual([
    { type: 'Account', id: idOf('Account', 1) },
    { type: 'Contact', id: idOf('Contact', 1) },
  ]);
});

test('a converted Lead’s Contact with the same address is not queried again', async () => {
  const lead = { id: idOf('Lead', 1), email: ANN.email, converted: true };
  const client = clientOf({
    contacts: [ANN],
    leads: [{ ...lead, convertedContactId: ANN.id, convertedAccountId: idOf('Account', 1) }],
  });
  await match(client, ANN.email);
  expect(client.rounds).toBe(2);
  expect(client.countOf('Contact')).toBe(1);
});

test('an email in many shares is queried once, ignoring case', async () => {
  const client = clientOf({ contacts: [ANN] });
  await lookUp(client, [driveShareOf([ANN.email]), driveShareOf(['ANN@initech.example'])], OPTIONS);
  const queries = client.soqls
    .map((soql) => soql.toLowerCase())
    .filter((soql) => soql.includes('ann@initech.example'));
  expect(queries).toHaveLength(2);
  expect(queries.every((soql) => soql.split('ann@initech.example').length === 2)).toBe(true);
});

test('a batch of shares without recipients causes no query', async () => {
  const client = clientOf({ contacts: [ANN] });
  await lookUp(client, [driveShareOf([]), driveShareOf([''])], OPTIONS);
  expect(client.rounds).toBe(0);
});

test('unknown addresses are queried in Contact and Lead only', async () => {
  const client = clientOf({ contacts: [ANN] });
  expect((await match(client, 'zoe@nowhere.example')).matched).toBe(false);
  expect(client.soqls.map((soql) => / FROM (\w+) /.exec(soql)?.[1])).toEqual(['Contact', 'Lead']);
});

test('queries with addresses of 320 characters stay below 100,000 characters', async () => {
  const emails = Array.from(
    { length: 2_000 },
    (_, index) => `${String(index).padStart(4, '0')}${LONGEST_EMAIL.slice(4)}`,
  );
  expect(emails[0]).toHaveLength(320);
  const client = clientOf({ contacts: [{ ...ANN, email: emails[1_234] ?? '' }] });
  const records = await lookUp(client, sharesOf(emails, 100), OPTIONS);
  for (const soql of client.soqls) {
    expect(soql.length).toBeLessThan(SOQL_CHARACTERS_MAX);
    expect(isQueryValid(soql)).toBe(true);
  }
  expect([...records.contactsOfEmail.keys()]).toEqual([emails[1_234]]);
});

test.each([
  "o'brien@x.example",
  "a\\'b@x.example",
  'a\\b@x.example',
  '%@x.example',
  '_@x.example',
  'jörg@müller.example',
  '名前@例え.example',
  '😀@x.example',
  "x')OR(Email!='@x.example",
  LONGEST_EMAIL,
])('%j matches only the Contact that has it', async (email) => {
  const neighbours = ['x', 'obrien@x.example', 'aa@x.example', '@x.example'].map(
    (other, index) => ({ ...ANN, id: idOf('Contact', index + 10), email: other }),
  );
  const client = clientOf({ contacts: [...neighbours, { ...ANN, email }] });
  const found = await match(client, email);
  expect(found.recipients[0]?.object?.id).toBe(ANN.id);
  expect((await match(clientOf({ contacts: neighbours }), email)).matched).toBe(false);
  for (const soql of client.soqls) expect(isQueryValid(soql)).toBe(true);
});

test.each([
  ['no @', 'ann'],
  ['nothing before the @', '@x.example'],
  ['a line break', 'ann@x.example\n'],
  ['a NUL', 'ann\u0000@x.example'],
  ['a lone surrogate', 'ann\ud800@x.example'],
  ['more than 320 characters', `x${LONGEST_EMAIL}`],
  ['5,000 characters', `${'x'.repeat(5_000)}@x.example`],
  ['no characters', ''],
])('a value with %s is never queried as an address and fails no page', async (_, email) => {
  const client = clientOf({ contacts: [ANN, { ...ANN, id: idOf('Contact', 2), email }] });
  const bad = driveShareOf([email]);
  const good = driveShareOf([ANN.email]);
  const records = await lookUp(client, [bad, good], OPTIONS);
  expect(client.soqls[0]).toMatch(/WHERE Email IN \('ann@initech\.example'\)$/);
  expect(matchShare(bad, records, OPTIONS).matched).toBe(false);
  expect(matchShare(good, records, OPTIONS).matched).toBe(true);
});

test('rows with other addresses than those queried are ignored', async () => {
  // For a Turkish API user, I and i are two letters, and İ equals i.
  const turkish = contactRow({ Email: 'ANN@İnitech.example' });
  const client: QueryBatch = {
    queryBatch: async (soqls) =>
      soqls.map((soql) => (soql.includes(' FROM Contact WHERE Email') ? [turkish] : [])),
  };
  expect((await match(client, 'ann@initech.example')).matched).toBe(false);
});

test('a missing query result throws and does not count as "no record"', async () => {
  const client: QueryBatch = { queryBatch: async (soqls) => soqls.slice(1).map(() => []) };
  await expect(match(client, ANN.email)).rejects.toThrow(
    'Salesforce returned 1 of 2 query results',
  );
});

test.each([
  ['Contact', 'Id'],
  ['Contact', 'LastModifiedDate'],
  ['Lead', 'Id'],
  ['Lead', 'LastModifiedDate'],
])('a %s row without its %s throws and does not count as "no record"', async (object, field) => {
  const clientWith = (values: Readonly<Record<string, unknown>>): QueryBatch => ({
    queryBatch: async (soqls) =>
      soqls.map((soql) => (soql.includes(` FROM ${object} `) ? [contactRow(values)] : [])),
  });
  const complete = { IsConverted: false };
  await expect(match(clientWith({ ...complete, [field]: null }), ANN.email)).rejects.toThrow(
    `a ${object} row that cannot be read`,
  );
  // control
  expect((await match(clientWith(complete), ANN.email)).matched).toBe(true);
});

test("a lookup that fails in its second round throws the client's error", async () => {
  const inner = clientOf({ contacts: [ANN] });
  const failure = new Error('connection lost');
  const client: QueryBatch = {
    queryBatch: (soqls) => (inner.rounds === 0 ? inner.queryBatch(soqls) : Promise.reject(failure)),
  };
  await expect(match(client, ANN.email)).rejects.toBe(failure);
});

test("a delivery's match does not depend on the Drive shares in its batch", async () => {
  const converted = { id: idOf('Lead', 1), email: 'lou@x.example', converted: true };
  const org = {
    contacts: [ANN],
    leads: [{ ...converted, convertedContactId: ANN.id }],
    accounts: [{ id: idOf('Account', 1), name: 'Initech' }],
  };
  const deliveries = (['Contact', 'Account', 'Lead'] as const).map((type) =>
    deliveryOf({ id: idOf(type, 1), type }),
  );
  const alone = await lookUp(clientOf(org), deliveries, OPTIONS);
  const drive = driveShareOf([ANN.email, converted.email]);
  const together = await lookUp(clientOf(org), [drive, ...deliveries], OPTIONS);
  for (const delivery of deliveries) {
    expect(matchShare(delivery, together, OPTIONS)).toEqual(matchShare(delivery, alone, OPTIONS));
  }
});

function contactRow(values: Readonly<Record<string, unknown>>) {
  return {
    Id: ANN.id,
    Email: ANN.email,
    Name: 'Ann',
    Title: null,
    AccountId: null,
    Account: null,
    LastModifiedDate: '2026-10-01T00:00:00.000+0000',
    ...values,
  };
}
