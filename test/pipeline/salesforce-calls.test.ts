import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

const DELIVERIES = 2_000;
const SALESFORCE_CALLS_MAX = 8;

let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

test('2,000 deliveries for distinct Contacts cost at most 8 Salesforce API calls', async () => {
  seedDistinctContacts(DELIVERIES);

  const report = await world.sync({ push: 'queue-only' });

  expect(report).toMatchObject({ outcome: 'ok', queued: DELIVERIES, pending: DELIVERIES });
  const { total } = world.org.counters;
  expect(total).toBeLessThanOrEqual(SALESFORCE_CALLS_MAX);
  expect(report.calls.salesforce).toBe(total);
});

test('small pages cost one call per page, and no more lookups', async () => {
  world.org.set({ pageRowsMax: 500 });
  seedDistinctContacts(1_000);

  const report = await world.sync({ push: 'queue-only' });

  expect(report).toMatchObject({ outcome: 'ok', queued: 1_000 });
  expect(report.calls.salesforce).toBe(world.org.counters.total);
});

test('a run without new deliveries costs one call', async () => {
  seedDistinctContacts(10);
  await world.sync({ push: 'queue-only' });
  world.clock.advance(24 * 60 * 60_000);
  world.org.resetCounters();

  const report = await world.sync({ push: 'queue-only' });

  expect(report.queued).toBe(0);
  expect(world.org.counters.total).toBe(1);
});

function seedDistinctContacts(count: number): void {
  const { org } = world;
  for (let number = 0; number < count; number += 1) {
    const account = org.add('Account', { Name: `Customer ${number}` });
    const deal = org.add('Opportunity', {
      AccountId: account,
      Name: `Deal ${number}`,
      CreatedDate: '2026-02-01T00:00:00Z',
      CloseDate: '2027-01-31',
      StageName: 'Prospecting',
    });
    const contact = org.add('Contact', {
      AccountId: account,
      LastName: `Person ${number}`,
      Email: `person${number}@customer${number}.example`,
    });
    org.add('OpportunityContactRole', { OpportunityId: deal, ContactId: contact });
    org.deliver({ title: `Proposal ${number}`, relatedTo: contact });
  }
}
