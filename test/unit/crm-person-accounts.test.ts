import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lookUp } from '../../src/crm/look-up.ts';
import { matchShare } from '../../src/crm/match.ts';
import { ShiftedClock } from '../../src/lib/clock.ts';
import type { Org } from '../../src/sandbox/salesforce/org.ts';
import { createSalesforce } from '../../src/sandbox/salesforce/salesforce.ts';
import { type SandboxServer, startSandbox } from '../../src/sandbox/server.ts';
import type { Share } from '../../src/share/share.ts';
import { deliveryOf, driveShareOf } from '../support/crm-org.ts';
import { createTestClient, salesforceConfig, type TestClient } from '../support/salesforce-peer.ts';

const OPTIONS = { timezone: 'UTC' };
const PAT = 'pat@home.example';

let server: SandboxServer<'salesforce'>;
let org: Org;
let salesforce: TestClient;

async function startOrg(personAccounts: boolean): Promise<void> {
  const clock = new ShiftedClock();
  const created = createSalesforce({ clock, personAccounts });
  org = created.org;
  const { userId } = org;
  org.addClient({ clientId: 'client-id', clientSecret: 'client-secret', runAsUserId: userId });
  server = await startSandbox({ clock, vendors: { salesforce: created.vendor } });
  salesforce = createTestClient(salesforceConfig(server.origins.salesforce));
}

async function match(share: Share) {
  return matchShare(share, await lookUp(salesforce.client, [share], OPTIONS), OPTIONS);
}

describe('a person account', () => {
  let account: string;
  let contact: string;
  let deal: string;

  beforeEach(async () => {
    await startOrg(true);
    const person = { IsPersonAccount: true, PersonEmail: PAT };
    account = org.add('Account', { Name: 'Pat Home', ...person });
    // Salesforce keeps a Contact for each person account, with the same name and address.
    contact = org.add('Contact', {
      LastName: 'Home',
      Email: PAT,
      AccountId: account,
      IsPersonAccount: true,
    });
    org.update(account, { PersonContactId: contact });
    deal = org.add('Opportunity', {
      Name: 'Deal',
      AccountId: account,
      CreatedDate: '2026-10-01T09:00:00Z',
      CloseDate: '2027-01-31',
    });
  });
  afterEach(() => server.stop());

  test('is matched by address as its Contact, with its Account and Opportunity', async () => {
    const found = await match(driveShareOf([PAT]));
    expect(found.objects.map(({ id }) => id)).toEqual([deal, account, contact]);
    expect(found.recipients).toMatchObject([{ email: PAT, object: { id: contact } }]);
  });

  test('as a related record is an Account like any other', async () => {
    const found = await match(deliveryOf({ type: 'Account', id: account }));
    expect(found.objects.map(({ id }) => id)).toEqual([deal, account]);
  });

  test('is the recipient of a delivery related to its Contact', async () => {
    const found = await match(deliveryOf({ type: 'Contact', id: contact }));
    expect(found.objects.map(({ id }) => id)).toEqual([deal, account, contact]);
    expect(found.recipients).toMatchObject([{ email: PAT }]);
  });

  test('is named for a Lead that was converted to it without a Contact', async () => {
    const lead = org.add('Lead', {
      LastName: 'Home',
      Email: 'pat.home@work.example',
      IsConverted: true,
      ConvertedAccountId: account,
    });
    const found = await match(deliveryOf({ type: 'Lead', id: lead }));
    expect(found.objects.map(({ id }) => id)).toEqual([deal, account]);
  });
});

test('no field of person accounts is queried in an org without them', async () => {
  await startOrg(false);
  const account = org.add('Account', { Name: 'Customer' });
  org.add('Contact', { LastName: 'Home', Email: PAT, AccountId: account });
  expect((await match(driveShareOf([PAT]))).matched).toBe(true);
  await server.stop();
});
