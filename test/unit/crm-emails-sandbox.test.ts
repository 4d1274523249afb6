import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookUp } from '../../src/crm/look-up.ts';
import { matchShare } from '../../src/crm/match.ts';
import { ShiftedClock } from '../../src/lib/clock.ts';
import { UserError } from '../../src/lib/errors.ts';
import type { Org } from '../../src/sandbox/salesforce/org.ts';
import { createSalesforce } from '../../src/sandbox/salesforce/salesforce.ts';
import { type SandboxServer, startSandbox } from '../../src/sandbox/server.ts';
import { driveShareOf } from '../support/crm-org.ts';
import { createTestClient, salesforceConfig, type TestClient } from '../support/salesforce-peer.ts';

const OPTIONS = { timezone: 'America/New_York' };
const EMAILS = 5_000;
const CALLS_MAX = 5;

let server: SandboxServer<'salesforce'>;
let org: Org;
let salesforce: TestClient;

beforeEach(async () => {
  const clock = new ShiftedClock();
  const created = createSalesforce({ clock });
  org = created.org;
  const { userId } = org;
  org.addClient({ clientId: 'client-id', clientSecret: 'client-secret', runAsUserId: userId });
  server = await startSandbox({ clock, vendors: { salesforce: created.vendor } });
  salesforce = createTestClient(salesforceConfig(server.origins.salesforce));
});

afterEach(() => server.stop());

async function match(...emails: readonly string[]) {
  const share = driveShareOf(emails);
  return matchShare(share, await lookUp(salesforce.client, [share], OPTIONS), OPTIONS);
}

function addCustomer(email: string) {
  const account = org.add('Account', { Name: 'Customer' });
  const contact = org.add('Contact', { LastName: 'Lee', Email: email, AccountId: account });
  const deal = org.add('Opportunity', {
    Name: 'Deal',
    AccountId: account,
    CreatedDate: '2026-10-01T09:00:00Z',
    CloseDate: '2027-01-31',
  });
  org.add('OpportunityContactRole', { OpportunityId: deal, ContactId: contact });
  return { account, contact, deal };
}

test('5,000 distinct emails cost at most 5 API calls in the sandbox', async () => {
  const emails = Array.from({ length: EMAILS }, (_, number) => `p${number}@c${number}.example`);
  const customers = emails.map(addCustomer);
  const shares = emails.map((email) => driveShareOf([email]));
  const records = await lookUp(salesforce.client, shares, OPTIONS);
  expect(org.counters.total).toBeLessThanOrEqual(CALLS_MAX);
  expect(org.counters.total).toBe(salesforce.billed());
  expect(org.counters.rows).toBe(EMAILS * 3);
  const objects = shares.map((share) => matchShare(share, records, OPTIONS).objects);
  expect(objects.map((each) => each.map(({ id }) => id))).toEqual(
    customers.map(({ account, contact, deal }) => [deal, account, contact]),
  );
});

test('matching a share by email over HTTP takes two billed calls', async () => {
  const { account, contact, deal } = addCustomer('ann@initech.example');
  const found = await match('Ann@INITECH.example');
  expect(found.objects.map(({ id }) => id)).toEqual([deal, account, contact]);
  expect(org.counters.total).toBe(2);
});

test.each([
  "o'brien@x.example",
  "a\\'b@x.example",
  "x')OR(Email!='@x.example",
  'a\\nb@x.example',
  '%@x.example',
  '_@x.example',
  'jörg@müller.example',
  '😀@x.example',
])('%j matches only the Contact that has it, and no other row is read', async (email) => {
  for (const other of ['ann@x.example', 'obrien@x.example', 'anb@x.example', 'j@x.example']) {
    addCustomer(other);
  }
  const { contact } = addCustomer(email);
  const found = await match(email);
  expect(found.recipients[0]?.object).toEqual({ type: 'Contact', id: contact });
  // the Contact, the Opportunity and the role
  expect(org.counters.rows).toBe(3);
});

test('an address of 320 characters is queried and not found', async () => {
  addCustomer('ann@x.example');
  const found = await match(`${'l'.repeat(64)}@${'d'.repeat(247)}.example`);
  expect(found.matched).toBe(false);
  expect(org.counters).toMatchObject({ total: 1, rows: 0 });
});

test('an email on 400 Contacts leads to the Opportunity of one of them', async () => {
  const { account, contact, deal } = addCustomer('info@initech.example');
  for (let number = 0; number < 399; number += 1) {
    org.add('Contact', { LastName: 'Copy', Email: 'info@initech.example' });
  }
  const found = await match('info@initech.example');
  expect(found.objects.map(({ id }) => id)).toEqual([deal, account, contact]);
  expect(org.counters).toMatchObject({ total: 2, rows: 402 });
});

test('the most recently modified Contact is chosen', async () => {
  const { account, contact } = addCustomer('ann@x.example');
  const other = org.add('Contact', { LastName: 'Lee', Email: 'ann@x.example', AccountId: account });
  const [earlier, later] = ['2026-10-01T00:00:00Z', '2026-10-02T00:00:00Z'];
  org.update(contact, { LastModifiedDate: later });
  org.update(other, { LastModifiedDate: earlier });
  expect((await match('ann@x.example')).recipients[0]?.object?.id).toBe(contact);
});

test('a converted Lead leads to its Contact even if the Contact has a new email', async () => {
  const { account, contact, deal } = addCustomer('ann.lee@initech.example');
  const lead = {
    LastName: 'Lee',
    Email: 'ann@startup.example',
    IsConverted: true,
    ConvertedContactId: contact,
    ConvertedAccountId: account,
  };
  org.add('Lead', lead);
  const found = await match('ann@startup.example');
  expect(found.objects.map(({ id }) => id)).toEqual([deal, account, contact]);
  expect(org.counters.total).toBe(2);
});

test('a Lead owned by a queue is matched like any other', async () => {
  const queue = org.add('Group', { Name: 'Inbound', Type: 'Queue' });
  const lead = org.add('Lead', { LastName: 'Ng', Email: 'lou@x.example', OwnerId: queue });
  expect((await match('lou@x.example')).objects).toEqual([{ type: 'Lead', id: lead }]);
});

test('deleted and hidden Contacts are not matched', async () => {
  const { contact } = addCustomer('ann@x.example');
  org.hide(contact);
  expect((await match('ann@x.example')).matched).toBe(false);
  org.show(contact);
  expect((await match('ann@x.example')).matched).toBe(true);
  org.remove(contact);
  expect((await match('ann@x.example')).matched).toBe(false);
});

test('after a merge, the remaining Contact is matched', async () => {
  const { account, contact, deal } = addCustomer('ann@x.example');
  const loser = { LastName: 'Lee', Email: 'ann@x.example', AccountId: account };
  const merged = org.add('Contact', { ...loser, LastModifiedDate: '2030-01-01T00:00:00Z' });
  expect((await match('ann@x.example')).recipients[0]?.object?.id).toBe(merged);
  // Salesforce deletes a record that it merges into another, and moves its related records.
  org.remove(merged);
  const found = await match('ann@x.example');
  expect(found.objects.map(({ id }) => id)).toEqual([deal, account, contact]);
});

test('the lookup fails if the user cannot read the Lead object', async () => {
  addCustomer('ann@x.example');
  org.denyObject('Lead');
  await expect(match('ann@x.example')).rejects.toThrow(UserError);
});

test('matching the only Account of a domain over HTTP takes three billed calls', async () => {
  const account = org.add('Account', {
    Name: 'Initech',
    Website: 'https://www.initech.example/de',
  });
  org.add('Account', { Name: 'Other', Website: 'http://notinitech.example' });
  const deal = { AccountId: account, CreatedDate: '2026-10-01T09:00:00Z', CloseDate: '2027-01-31' };
  const id = org.add('Opportunity', deal);
  const share = driveShareOf(['zoe@mail.initech.example']);
  const options = { ...OPTIONS, matchAccountByDomain: true };
  const found = matchShare(share, await lookUp(salesforce.client, [share], options), OPTIONS);
  expect(found.objects.map((object) => object.id)).toEqual([id, account]);
  expect(org.counters.total).toBe(3);
});

test('a paged result is read to the last row', async () => {
  org.set({ pageRowsMax: 7 });
  const emails = Array.from({ length: 20 }, (_, number) => `p${number}@x.example`);
  for (const email of emails) addCustomer(email);
  const found = await match(...emails);
  expect(found.recipients.filter(({ object }) => object)).toHaveLength(20);
});
