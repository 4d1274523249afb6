import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookUp } from '../../src/crm/look-up.ts';
import { matchShare } from '../../src/crm/match.ts';
import { ShiftedClock } from '../../src/lib/clock.ts';
import { RetryableError, UserError } from '../../src/lib/errors.ts';
import type { Org } from '../../src/sandbox/salesforce/org.ts';
import { createSalesforce } from '../../src/sandbox/salesforce/salesforce.ts';
import { type SandboxServer, startSandbox } from '../../src/sandbox/server.ts';
import { deliveryOf } from '../support/crm-org.ts';
import { createTestClient, salesforceConfig, type TestClient } from '../support/salesforce-peer.ts';

const OPTIONS = { timezone: 'America/New_York' };
const BEFORE = '2026-10-01T09:00:00Z';
const SHARED_AT = '2026-11-04T15:00:00Z';

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

function delivery(id: string, type: string) {
  return deliveryOf({ id, type }, SHARED_AT);
}

async function match(id: string, type: string) {
  const share = delivery(id, type);
  return matchShare(share, await lookUp(salesforce.client, [share], OPTIONS), OPTIONS);
}

function addAccount() {
  const account = org.add('Account', { Name: "O'Brien \\ Sons" });
  const person = { LastName: 'Lee', Email: 'ann@obrien.example', AccountId: account };
  const contact = org.add('Contact', person);
  const [first, second] = [1, 2].map((number) =>
    org.add('Opportunity', {
      Name: `Deal ${number}`,
      AccountId: account,
      CreatedDate: BEFORE,
      CloseDate: '2026-12-01',
    }),
  );
  if (!first || !second) throw new Error('no deals');
  org.add('OpportunityContactRole', { OpportunityId: second, ContactId: contact });
  return { account, contact, first, second };
}

test('matching a Contact over HTTP takes two billed calls', async () => {
  const { account, contact, second } = addAccount();
  const found = await match(contact, 'Contact');
  expect(found.objects.map(({ id }) => id)).toEqual([second, account, contact]);
  expect(found.recipients[0]?.email).toBe('ann@obrien.example');
  expect(found.reasons[0]).toContain(`the Account “O'Brien \\ Sons” (${account})`);
  expect(salesforce.billed()).toBe(2);
});

test('every type of related record is matched in one batch', async () => {
  const { account, contact, first } = addAccount();
  const lead = org.add('Lead', {
    IsConverted: true,
    ConvertedContactId: contact,
    ConvertedAccountId: account,
  });
  const ofCase = org.add('Case', { ContactId: contact });
  const related = [
    delivery(first, 'Opportunity'),
    delivery(account, 'Account'),
    delivery(contact, 'Contact'),
    delivery(lead, 'Lead'),
    delivery(ofCase, 'Case'),
  ];
  const records = await lookUp(salesforce.client, related, OPTIONS);
  const matches = related.map((share) => matchShare(share, records, OPTIONS));
  expect(matches.map(({ objects }) => objects.map(({ type }) => type).join(' '))).toEqual([
    'Opportunity Account',
    'Account',
    'Opportunity Account Contact',
    'Opportunity Account Contact',
    'Account Contact',
  ]);
});

test('an Opportunity that was closed long before the shares is not read', async () => {
  const account = org.add('Account');
  const deal = { AccountId: account, CreatedDate: BEFORE, IsClosed: true };
  const open = org.add('Opportunity', { ...deal, CloseDate: '2026-11-04' });
  const old = org.add('Opportunity', { ...deal, CloseDate: '2026-10-02' });
  const records = await lookUp(salesforce.client, [delivery(account, 'Account')], OPTIONS);
  const read = records.opportunitiesOfAccount.get(account)?.map(({ id }) => id);
  expect(read).toEqual([open]);
  expect(read).not.toContain(old);
});

test('deleted and hidden records are unmatched', async () => {
  const { account, contact } = addAccount();
  org.hide(account);
  org.remove(contact);
  expect((await match(account, 'Account')).matched).toBe(false);
  expect((await match(contact, 'Contact')).matched).toBe(false);
});

test('the 3,000 open Opportunities of an Account are read to the last page', async () => {
  const { account, contact, second } = addAccount();
  for (let number = 0; number < 2_998; number += 1) {
    org.add('Opportunity', { AccountId: account, CreatedDate: BEFORE });
  }
  const records = await lookUp(salesforce.client, [delivery(contact, 'Contact')], OPTIONS);
  expect(records.opportunitiesOfAccount.get(account)?.length).toBe(3_000);
  const found = matchShare(delivery(contact, 'Contact'), records, OPTIONS);
  expect(found.objects[0]?.id).toBe(second);
});

test('2,000 deliveries for 2,000 Contacts take at most three billed calls', async () => {
  const shares = Array.from({ length: 2_000 }, (_, number) => {
    const account = org.add('Account');
    const email = `person${number}@initech.example`;
    return delivery(org.add('Contact', { AccountId: account, Email: email }), 'Contact');
  });
  const records = await lookUp(salesforce.client, shares, OPTIONS);
  expect(records.contacts.size).toBe(2_000);
  expect(salesforce.billed()).toBeLessThanOrEqual(3);
});

test('the lookup fails if the user cannot read an object', async () => {
  const { contact } = addAccount();
  org.denyObject('OpportunityContactRole');
  await expect(match(contact, 'Contact')).rejects.toThrow(UserError);
});

test('the lookup fails if Salesforce is down', async () => {
  const { contact } = addAccount();
  await match(contact, 'Contact');
  await server.stop();
  await expect(match(contact, 'Contact')).rejects.toThrow(RetryableError);
});
