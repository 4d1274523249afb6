import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import { SCOPES } from '../../src/sandbox/google/credentials.ts';
import {
  anotherKey,
  type CheckCase,
  type CheckWorld,
  expectFailure,
  findCheck,
  problemsIn,
  startCheckWorld,
} from '../support/check-rig.ts';

let world: CheckWorld;
beforeEach(async () => {
  world = await startCheckWorld();
});
afterEach(() => world.close());

/** The control of the table: what is missing is what a run fails for. */
async function expectRunError(): Promise<void> {
  const { errors } = await world.sync({ push: 'send' });
  expect(errors).not.toEqual([]);
}

function authOf({ tenant }: CheckWorld) {
  const auth = tenant.googleDrive?.auth;
  if (auth?.flow !== 'service-account') throw new Error('another flow');
  return auth;
}

/** The key file with another private key. */
function keyWith({ sandbox }: CheckWorld, privateKey: string): string {
  const file = JSON.parse(sandbox.credentials.google.key);
  return JSON.stringify({ ...file, private_key: privateKey });
}

describe('Google: each thing that is missing is named with its remedy', () => {
  const without = (scope: string) => (broken: CheckWorld) => {
    const { google } = broken;
    google.setScopes(Object.values(SCOPES).filter((each) => each !== scope));
  };
  const directory = 'scope admin.directory.user.readonly, admin.directory.domain.readonly';
  const cases: readonly CheckCase[] = [
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
        const key = new Secret(keyWith(broken, anotherKey));
        broken.configure({ auth: { ...authOf(broken), key } });
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
    await expectFailure(world, 'google-drive', row);
    await expectRunError();
  });

  test('a key that Google does not know fails once, and skips what needs a sign-in', async () => {
    world.configure({ auth: { ...authOf(world), key: new Secret(keyWith(world, anotherKey)) } });
    const inGoogle = (await world.check()).filter(({ area }) => area === 'google-drive');
    expect(inGoogle.map(({ status }) => status)).toEqual([
      'failed',
      ...inGoogle.slice(1).map(() => 'skipped'),
    ]);
    expect(new Set(inGoogle.slice(1).map(({ message }) => message))).toEqual(
      new Set(['no sign-in succeeds']),
    );
  });

  test('a listed member who can only read does not see who has access', async () => {
    const { google, driveId } = world;
    const reader = google.addUser('reader@acme.example');
    google.setMember(driveId, { member: reader, role: 'reader', by: google.admin });
    world.configure({ sharedDrives: [{ id: driveId, as: reader }] });
    const drive = { area: 'google-drive', name: `shared drive ${driveId}` } as const;
    expect(findCheck(await world.check(), drive)).toMatchObject({
      status: 'failed',
      hint: expect.stringContaining('as a content manager'),
    });
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

  test('another Workspace than the bound one fails, with the command to rebind', async () => {
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
