import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import {
  anotherKey,
  type CheckCase,
  type CheckWorld,
  expectFailure,
  findCheck,
  problemsIn,
  startCheckWorld,
  statusesIn,
  withSalesforce,
} from '../support/check-rig.ts';

let world: CheckWorld;
beforeEach(async () => {
  world = await startCheckWorld();
});
afterEach(() => world.close());

describe('Salesforce: each thing that is missing is named with its remedy', () => {
  const org = ({ sandbox }: CheckWorld) => sandbox.salesforce;
  const auth = (changed: CheckWorld, privateKey: string, username?: string) => {
    const { tenant } = changed;
    const old = tenant.salesforce.auth;
    if (old.flow !== 'jwt-bearer') throw new Error('another flow');
    const next = { ...old, privateKey: new Secret(privateKey) };
    const named = username === undefined ? next : { ...next, username };
    changed.tenant = withSalesforce(tenant, { auth: named });
  };
  const cases: readonly CheckCase[] = [
    [
      'login',
      /Consumer Key/,
      (broken) => org(broken).removeClient(broken.sandbox.credentials.salesforce.clientId),
    ],
    ['login', /must belong to the certificate/, (broken) => auth(broken, anotherKey)],
    [
      'login',
      /Pre-authorize the integration user/,
      (broken) => auth(broken, broken.sandbox.credentials.salesforce.privateKey, 'no@acme.example'),
    ],
    [
      'login',
      /Activate and unlock/,
      (broken) => org(broken).update(org(broken).userId, { IsActive: false }),
    ],
    [
      'login',
      /Setup > My Domain/,
      (broken) => {
        const loginUrl = broken.sandbox.origins.gong;
        broken.tenant = withSalesforce(broken.tenant, { loginUrl });
      },
    ],
    ['API', /API Enabled/, (broken) => org(broken).set({ apiEnabled: false })],
    ['API', /buy more calls/, (broken) => org(broken).set({ refusal: 'day' })],
    [
      'API',
      /loginUrl|apiVersion/,
      (broken) => {
        broken.tenant = withSalesforce(broken.tenant, { apiVersion: '20.0' });
      },
    ],
    [
      'ContentDistribution',
      /Content Deliveries and Public Links/,
      (broken) => org(broken).setDeliveries('off'),
    ],
    ['ContentVersion', /access to the files/, (broken) => org(broken).denyObject('ContentVersion')],
    ['User', /View All Users/, (broken) => org(broken).denyObject('User')],
    ...['Contact', 'Lead', 'Account', 'Opportunity', 'Case'].map(
      (object): CheckCase => [
        object,
        new RegExp(`Object Settings > ${object}`),
        (broken) => org(broken).denyObject(object),
      ],
    ),
    [
      'OpportunityContactRole',
      /follow the Opportunity/,
      (broken) => org(broken).denyObject('OpportunityContactRole'),
    ],
    ...(
      [
        ['ContentDistribution', 'DistributionPublicUrl'],
        ['Contact', 'Title'],
        ['Lead', 'ConvertedContactId'],
        ['Account', 'Name'],
        ['Opportunity', 'IsClosed'],
        ['Case', 'ContactId'],
        ['OpportunityContactRole', 'IsPrimary'],
      ] as const
    ).map(
      ([object, field]): CheckCase => [
        object,
        /permission set/,
        (broken) => org(broken).denyField(object, field),
      ],
    ),
    ['Contact', /deterministic/, (broken) => org(broken).encryptField('Contact', 'Email')],
    ['Lead', /deterministic/, (broken) => org(broken).encryptField('Lead', 'Email')],
  ];
  test.each(cases)('%s: %s', async (...row) => {
    await expectFailure(world, 'salesforce', row);
  });

  test('all missing fields of an object are named at once', async () => {
    for (const field of ['Title', 'AccountId', 'Email']) org(world).denyField('Contact', field);
    const contact = findCheck(await world.check(), { area: 'salesforce', name: 'Contact' });
    expect(contact?.message).toMatch(/Email, Title, AccountId, Account.Name/);
  });

  test('after a failed login, everything else at Salesforce is skipped, and nothing else is', async () => {
    org(world).removeClient(world.sandbox.credentials.salesforce.clientId);
    const checks = await world.check();
    expect(statusesIn(checks, 'salesforce')).toEqual(new Set(['failed', 'skipped']));
    expect(statusesIn(checks, 'google-drive')).toEqual(new Set(['ok']));
    expect(statusesIn(checks, 'gong')).toEqual(new Set(['ok']));
  });

  test('a tenant that is bound to another org fails, with the command to rebind', async () => {
    await world.sync({ push: 'queue-only' });
    const { db } = await world.context();
    const other = JSON.stringify({ orgId: '00DHp000000other', isSandbox: false });
    const identity = other.replace('}', ',"hasPlainEventIds":false}');
    await db.updateTable('binding').set({ identity }).where('vendor', '=', 'salesforce').execute();
    const account = findCheck(await world.check(), { area: 'salesforce', name: 'account' });
    expect(account).toMatchObject({
      status: 'failed',
      hint: expect.stringContaining('sharetrail rebind acme'),
    });
  });

  test('few API calls left is a warning, and none is a failure', async () => {
    org(world).setApiUsage({ limit: 1_000, others: 950 });
    const name = { area: 'salesforce', name: 'API calls' } as const;
    expect(findCheck(await world.check(), name)).toMatchObject({
      status: 'warning',
      hint: expect.stringMatching(/buy more/),
    });
    org(world).setApiUsage({ limit: 1_000, others: 1_000 });
    expect(problemsIn(await world.check())).toContain('salesforce API calls failed');
  });

  test('a user who sees no delivery, or no other user, is a warning', async () => {
    for (const id of world.hideable) org(world).hide(id);
    const checks = await world.check();
    expect(problemsIn(checks)).toEqual([
      'salesforce ContentDistribution warning',
      'salesforce User warning',
    ]);
    expect(checks.map(({ hint }) => hint).join()).toMatch(/Query All Files.*View All Users/);
  });

  test('without deliveries as a source, only what the lookup reads is checked', async () => {
    org(world).setDeliveries('off');
    world.tenant = withSalesforce(world.tenant, { contentDistributions: false });
    expect(problemsIn(await world.check())).toEqual([]);
  });

  test('a lookup by domain also reads the website', async () => {
    org(world).denyField('Account', 'Website');
    expect(problemsIn(await world.check())).toEqual([]);
    world.tenant = { ...world.tenant, crm: { ...world.tenant.crm, matchAccountByDomain: true } };
    const account = findCheck(await world.check(), { area: 'salesforce', name: 'Account' });
    expect(account?.message).toMatch(/these fields of Account: Website/);
  });
});
