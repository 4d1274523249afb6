import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

test('a delivery to a Contact reaches Gong with its Account and Opportunity, once', async () => {
  const { org, gong } = world;
  const account = org.add('Account', { Name: 'Globex' });
  const deal = org.add('Opportunity', {
    AccountId: account,
    Name: 'Globex renewal',
    CreatedDate: '2026-02-01T00:00:00Z',
    CloseDate: '2027-01-31',
    StageName: 'Prospecting',
  });
  const contact = org.add('Contact', {
    AccountId: account,
    FirstName: 'Ada',
    LastName: 'Byron',
    Title: 'CTO',
    Email: 'ada@globex.example',
  });
  const { deliveryId, documentId } = org.deliver({ title: 'Contract', relatedTo: contact });

  const report = await world.sync();

  expect(report).toMatchObject({ outcome: 'ok', queued: 1, delivered: 1, pending: 0, errors: [] });
  expect(report.found).toEqual({ salesforce: 1, 'google-drive': 0 });
  expect(gong.events).toHaveLength(1);
  expect(gong.events[0]?.body).toMatchObject({
    eventId: `salesforce:${deliveryId}`,
    contentId: documentId,
    contentTitle: 'Contract',
    recipients: [{ email: 'ada@globex.example', name: 'Ada Byron', title: 'CTO' }],
    crmContext: [
      {
        system: 'Salesforce',
        objects: [
          { objectType: 'Opportunity', objectId: deal },
          { objectType: 'Account', objectId: account },
          { objectType: 'Contact', objectId: contact },
        ],
      },
    ],
  });

  const again = await world.sync();
  expect(again).toMatchObject({ outcome: 'ok', queued: 0, delivered: 0 });
  expect(gong.events).toHaveLength(1);
});
