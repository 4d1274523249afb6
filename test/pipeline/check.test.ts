import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import type { CheckArea } from '../../src/operator/check/types.ts';
import { SCOPES } from '../../src/sandbox/google/credentials.ts';
import {
  type CheckWorld,
  findCheck,
  problemsIn,
  startCheckWorld,
  statusesIn,
  withGong,
  withSalesforce,
} from '../support/check-rig.ts';

let world: CheckWorld;
beforeEach(async () => {
  world = await startCheckWorld();
});
afterEach(() => world.close());

/** Removes exactly one thing; the check of that name says what to do about it. */
type Case = readonly [name: string, hint: RegExp, remove: (world: CheckWorld) => void];

const otherKey = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;

test('a complete setup passes, sends no event, and changes nothing but the count of calls', async () => {
  const checks = await world.check();
  expect(problemsIn(checks)).toEqual([]);
  expect(new Set(checks.map(({ area }) => area))).toEqual(
    new Set([
      'configuration',
      'database',
      'salesforce',
      'google-drive',
      'gong',
      'schedule',
      'alerts',
    ]),
  );
  const { gong } = world.sandbox;
  expect(gong.events).toEqual([]);
  expect(gong.requests.map(({ status }) => status)).toEqual([400]);
  const { db } = await world.context();
  const tables = ['event', 'cursor', 'run', 'grant', 'attempt', 'binding', 'lease'] as const;
  for (const table of tables) {
    expect(await db.selectFrom(table).selectAll().execute()).toEqual([]);
  }
  expect(await db.selectFrom('call').select('calls').execute()).toEqual([{ calls: 1 }]);
});

test('after a check that passes, the first run has no error', async () => {
  expect(problemsIn(await world.check())).toEqual([]);
  expect(await world.sync({ push: 'send' })).toMatchObject({ outcome: 'ok', errors: [] });
});

async function expectFailure(area: CheckArea, [name, hint, remove]: Case): Promise<void> {
  remove(world);
  const checks = await world.check();
  expect(findCheck(checks, { area, name }), JSON.stringify(checks, null, 1)).toMatchObject({
    status: 'failed',
    message: expect.stringMatching(/\S/),
    hint: expect.stringMatching(hint),
  });
}

/** The control of the table: what is missing is what a run fails for. */
async function expectRunError(): Promise<void> {
  const { errors } = await world.sync({ push: 'send' });
  expect(errors).not.toEqual([]);
}

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
  const cases: readonly Case[] = [
    [
      'login',
      /Consumer Key/,
      (broken) => org(broken).removeClient(broken.sandbox.credentials.salesforce.clientId),
    ],
    ['login', /must belong to the certificate/, (broken) => auth(broken, otherKey)],
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
      (object): Case => [
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
      ([object, field]): Case => [
        object,
        /permission set/,
        (broken) => org(broken).denyField(object, field),
      ],
    ),
    ['Contact', /deterministic/, (broken) => org(broken).encryptField('Contact', 'Email')],
    ['Lead', /deterministic/, (broken) => org(broken).encryptField('Lead', 'Email')],
  ];
  test.each(cases)('%s: %s', async (...row) => {
    await expectFailure('salesforce', row);
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

  test('a tenant that is bound to another org is told how to rebind', async () => {
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

describe('Google: each thing that is missing is named with its remedy', () => {
  const without = (scope: string) => (broken: CheckWorld) => {
    const { google } = broken;
    google.setScopes(Object.values(SCOPES).filter((each) => each !== scope));
  };
  const directory = 'scope admin.directory.user.readonly, admin.directory.domain.readonly';
  const cases: readonly Case[] = [
    [
      'scope drive.metadata.readonly',
      /Domain-wide delegation.*drive\.metadata\.readonly/,
      without(SCOPES.driveMetadata),
    ],
    [
      'scope admin.reports.audit.readonly',
      /Domain-wide delegation.*admin\.reports\.audit\.readonly/,
      without(SCOPES.reports),
    ],
    [directory, /Domain-wide delegation.*admin\.directory\.user/, without(SCOPES.users)],
    [directory, /Domain-wide delegation.*admin\.directory\.domain/, without(SCOPES.domains)],
    ['scope drive.readonly', /Domain-wide delegation.*drive\.readonly/, without(SCOPES.drive)],
    [
      'Reports privilege',
      /privilege "Reports"/,
      ({ google }) => google.deny(google.admin, 'reports'),
    ],
    [
      'Directory privilege: users',
      /read users and domains/,
      ({ google }) => google.deny(google.admin, 'directory'),
    ],
    [
      'administrator of Drive',
      /requires an administrator/,
      ({ google }) => google.deny(google.admin, 'drives'),
    ],
    [
      'Reports privilege',
      /Enable the Admin SDK API/,
      ({ google }) => google.refuse({ reason: 'accessNotConfigured', times: Infinity }),
    ],
    [
      'scope drive.metadata.readonly',
      /create a new key/,
      (broken) => {
        const { key } = JSON.parse(`{"key":${broken.sandbox.credentials.google.key}}`);
        const text = JSON.stringify({ ...key, private_key: otherKey });
        const { adminSubject } = broken.sandbox.credentials.google;
        const auth = { flow: 'service-account', key: new Secret(text), adminSubject } as const;
        broken.configure({ auth });
      },
    ],
    [
      'user gone@acme.example',
      /deleted|not a user/,
      (broken) => broken.configure({ users: [broken.ann, 'gone@acme.example'] }),
    ],
    [
      'user ann@acme.example',
      /suspended/,
      (broken) => {
        broken.google.setUserState(broken.ann, 'suspended');
        broken.configure({ users: [broken.google.admin, broken.ann] });
      },
    ],
    [
      'shared drive 0AnotADriveOfOurs',
      /googleDrive|member|run/,
      (broken) => broken.configure({ sharedDrives: [{ id: '0AnotADriveOfOurs', as: broken.ann }] }),
    ],
    [
      'shared drive Deals',
      /contributor or manager/,
      ({ google, driveId, ann }) => google.removeMember(driveId, { member: ann, by: google.admin }),
    ],
  ];
  test.each(cases)('%s: %s', async (...row) => {
    await expectFailure('google-drive', row);
    await expectRunError();
  });

  test('a shared drive that only groups can edit is a warning', async () => {
    const { google, domain, ann } = world;
    google.addGroup(`sales@${domain}`, [ann]);
    google.addSharedDrive({ name: 'Team', members: { [`sales@${domain}`]: 'organizer' } });
    const checks = await world.check();
    expect(problemsIn(checks)).toEqual(['google-drive shared drive Team warning']);
    const readable = findCheck(checks, { area: 'google-drive', name: 'shared drives' });
    expect(readable?.message).toContain(`shared drive Deals as ${ann}`);
  });

  test("one user's refresh token: the sign-in, and that user's Drive", async () => {
    const { google, ann } = world;
    const client = { clientId: 'drive-client', clientSecret: 'drive-secret-1' };
    google.addOAuthClient(client);
    const consent = { clientId: client.clientId, email: ann, scopes: [SCOPES.driveMetadata] };
    const refreshToken = google.issueRefreshToken(consent);
    world.configure({
      auth: {
        flow: 'refresh-token',
        clientId: client.clientId,
        clientSecret: new Secret(client.clientSecret),
        refreshToken: new Secret(refreshToken),
      },
      sharedDrives: 'none',
      detect: ['changes'],
    });
    expect(problemsIn(await world.check())).toEqual([]);
    google.revokeRefreshToken(refreshToken);
    const signIn = findCheck(await world.check(), { area: 'google-drive', name: 'sign-in' });
    expect(signIn).toMatchObject({ hint: expect.stringMatching(/authorize again/) });
  });

  test('another Workspace than the bound one is told how to rebind', async () => {
    await world.sync({ push: 'queue-only' });
    const { db } = await world.context();
    const identity = JSON.stringify({ customerId: 'C0other', credentials: 'others' });
    const rows = db.updateTable('binding').set({ identity });
    await rows.where('vendor', '=', 'google-drive').execute();
    expect(findCheck(await world.check(), { area: 'google-drive', name: 'account' })).toMatchObject(
      { status: 'failed', hint: expect.stringContaining('sharetrail rebind acme') },
    );
  });

  test('all users without Drive is a failure; some are usual', async () => {
    const { google, ann } = world;
    const method = 'changes.getStartPageToken';
    const refuse = (user: string) =>
      google.refuse({ reason: 'domainPolicy', times: Infinity, method, user });
    refuse(google.admin);
    expect(problemsIn(await world.check())).toEqual([]);
    refuse(ann);
    const users = findCheck(await world.check(), { area: 'google-drive', name: 'users' });
    expect(users).toMatchObject({
      status: 'failed',
      hint: expect.stringMatching(/Drive and Docs > Features and Applications/),
    });
  });

  test('a missing privilege leaves the checks that do not need it', async () => {
    world.google.deny(world.google.admin, 'reports');
    expect(problemsIn(await world.check())).toEqual(['google-drive Reports privilege failed']);
  });
});

describe('Gong: what the response to a body that is not JSON means', () => {
  const answer = (status: number, body: object | string, headers = {}) => {
    world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'answer', status, body, headers } });
  };
  const gong = (errors: string[]) => ({ requestId: '4al018gzaztcr8nbukw', errors });
  const scope = "You don't have permission to use 'api:engagement-data:write' in your app.";
  const cases: readonly Case[] = [
    [
      'key',
      /gong\.auth/,
      (broken) => {
        const { accessKey } = broken.sandbox.credentials.gong;
        const wrong = { accessKey: new Secret(accessKey), accessKeySecret: new Secret('wrong-1') };
        broken.tenant = withGong(broken.tenant, { auth: { flow: 'access-key', ...wrong } });
      },
    ],
    ['key', /api:engagement-data:write/, () => answer(401, gong([scope]))],
    ['endpoint', /ask Gong to enable it/, ({ sandbox }) => sandbox.gong.setEndpoint('off')],
    ['endpoint', /trusted IP addresses/, () => answer(403, gong(['Forbidden']))],
    ['address', /trusted IP|firewall/, () => answer(403, '<html>Blocked</html>')],
    ['address', /redirects to/, () => answer(302, '', { location: 'https://app.gong.io/login' })],
    ['address', /API/, () => answer(200, '<html>Welcome</html>')],
    ['address', /API/, () => answer(200, gong([]))],
    ['endpoint', /gong\.baseUrl/, () => answer(405, gong(["Request method 'PUT' not supported"]))],
    ['endpoint', /temporary/, () => answer(500, gong(['Internal error']))],
    [
      'address',
      /firewall|DNS/,
      () => world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'reset' } }),
    ],
    [
      'endpoint',
      /address is wrong/,
      (broken) => {
        broken.tenant = withGong(broken.tenant, { baseUrl: broken.sandbox.origins.google });
      },
    ],
  ];
  test.each(cases)('%s: %s', async (...row) => {
    await expectFailure('gong', row);
    expect(world.sandbox.gong.events).toEqual([]);
    expect(world.sandbox.traffic.gong.entries.length).toBeLessThanOrEqual(1);
  });

  test('the call is not sent if no call is left today, or if Gong requested a pause', async () => {
    world.tenant = withGong(world.tenant, { callsPerDay: 1 });
    expect(problemsIn(await world.check())).toEqual([]);
    expect(problemsIn(await world.check())).toEqual(['gong endpoint warning']);
    expect(world.sandbox.gong.requests).toHaveLength(1);
  });

  test('tenants with the same key share one call; another secret is checked on its own', async () => {
    const { tenant } = world;
    const { accessKey } = world.sandbox.credentials.gong;
    const auth = {
      flow: 'access-key',
      accessKey: new Secret(accessKey),
      accessKeySecret: new Secret('wrong-1'),
    } as const;
    const tenants = [tenant, { ...tenant, tenant: 'second' }, withGong(tenant, { auth })];
    const checks = await world.check({ tenants });
    expect(world.sandbox.gong.requests.map(({ status }) => status).sort()).toEqual([400, 401]);
    expect(problemsIn(checks)).toEqual(['gong key failed', 'gong endpoint skipped']);
  });
});
