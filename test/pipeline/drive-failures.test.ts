import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';

let world: DriveWorld;
let ann: string;
beforeEach(async () => {
  world = await startDriveWorld({ detect: ['changes'] });
  ann = world.google.addUser(`ann@${world.domain}`);
});
afterEach(() => world.close());

describe('a user whom Google refuses', () => {
  test('does not stop the others, even if there are many in a row', async () => {
    const { google, clock, domain } = world;
    for (let number = 0; number < 30; number += 1) {
      const user = google.addUser(`room-${number}@${domain}`);
      google.refuse({ reason: 'domainPolicy', times: Number.POSITIVE_INFINITY, user });
    }
    const zoe = google.addUser(`zoe@${domain}`);
    const file = google.createFile({ name: 'Deck', owner: zoe, at: world.start - HOUR_MS });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: zoe });
    // The configuration does not list them: users without Drive are skipped.
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 1 });
    expect(summariesOf(await world.events())).toEqual([`changes pending: ${zoe} -> ${ADA}: Deck`]);
  });

  test.each(['domainPolicy', 'activeSessionInvalid'] as const)(
    'fail no night, even a quiet one: %s',
    async (reason) => {
      const { google, clock, domain } = world;
      const room = google.addUser(`room@${domain}`);
      google.refuse({ reason, times: Number.POSITIVE_INFINITY, user: room });
      for (let night = 0; night < 3; night += 1) {
        expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
        clock.advance(HOUR_MS);
      }
      // Not a lost login: the token is not requested again.
      const token = google.calls.byMethod['token'];
      await world.sync();
      expect((google.calls.byMethod['token'] ?? 0) - (token ?? 0)).toBeLessThan(10);
    },
  );

  test('because they belong to another Workspace is reported; the others are read', async () => {
    const { google, clock, domain } = world;
    const zoe = google.addUser(`zoe@${domain}`);
    const file = google.createFile({ name: 'Deck', owner: zoe, at: world.start - HOUR_MS });
    const foreigner = 'aaa@partner.example';
    world.configure({ users: [foreigner, zoe], sharedDrives: 'none' });
    const { faults } = world.sandbox;
    await world.sync();
    clock.advance(2 * HOUR_MS);
    google.share(file, { to: ADA, by: zoe });
    // Google's response for a user of another Workspace, whose token is requested first.
    faults.add({
      vendor: 'google',
      pathIncludes: '/token',
      times: 1,
      action: {
        kind: 'answer',
        status: 401,
        body: { error: 'unauthorized_client', error_description: 'Client is unauthorized.' },
      },
    });
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', queued: 1 });
    expect(report.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(new RegExp(`^${foreigner}: Google refused the sign-in`)),
    ]);
  });

  test('because of a missing scope ends the reading, with a hint', async () => {
    const { google, domain } = world;
    for (let number = 0; number < 30; number += 1) google.addUser(`user-${number}@${domain}`);
    world.configure({ users: 'all', sharedDrives: 'none' });
    const body = { error: 'unauthorized_client', error_description: 'Client is unauthorized.' };
    world.sandbox.faults.add({
      vendor: 'google',
      pathIncludes: '/token',
      skip: 1,
      action: { kind: 'answer', status: 401, body },
    });
    const report = await world.sync();
    expect(report).toMatchObject({ queued: 0, errors: [{ stage: 'google-drive' }] });
    expect(report.errors[0]?.hint).toContain('Domain-wide delegation');
  });

  test('for an unknown reason is reported; the others are read', async () => {
    const { google, domain } = world;
    google.addUser(`zoe@${domain}`);
    world.sandbox.faults.add({
      vendor: 'google',
      pathIncludes: 'startPageToken',
      times: 1,
      action: {
        kind: 'answer',
        status: 400,
        body: { error: { code: 400, message: 'Bad Request', errors: [{ reason: 'badRequest' }] } },
      },
    });
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', errors: [{ stage: 'google-drive' }] });
    expect(report.errors[0]?.message).toMatch(/badRequest/);
  });
});

describe('a shared drive', () => {
  let drive: string;
  let file: string;
  let bob: string;
  beforeEach(async () => {
    const { google, clock, domain, start } = world;
    bob = google.addUser(`bob@${domain}`);
    const members = { [ann]: 'organizer', [bob]: 'writer' } as const;
    drive = google.addSharedDrive({ name: 'Deals', members, at: start - DAY_MS });
    file = google.createFile({ name: 'Offer', drive, by: ann, at: start - DAY_MS });
    await world.sync();
    clock.advance(HOUR_MS);
  });

  test('is read as another member after its reader left', async () => {
    const { google } = world;
    google.removeMember(drive, { member: ann, by: ann });
    google.share(file, { to: ADA, by: bob });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 0 });
  });

  test('is read as another member after its reader lost write access', async () => {
    const { google } = world;
    google.setMember(drive, { member: ann, role: 'reader', by: bob });
    google.share(file, { to: ADA, by: bob });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  });

  test('is read as the member whom the configuration names', async () => {
    const { google } = world;
    world.configure({ sharedDrives: [{ id: drive, as: ann }] });
    await world.sync();
    world.configure({ sharedDrives: [{ id: drive, as: bob }] });
    google.refuse({ reason: 'domainPolicy', times: Number.POSITIVE_INFINITY, user: ann });
    google.share(file, { to: ADA, by: bob });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    expect(summariesOf(await world.events())).toEqual([`changes pending: no one -> ${ADA}: Offer`]);
  });
});

describe('the audit log', () => {
  beforeEach(() => world.configure({ detect: ['audit-log'] }));

  test('is not queried for the future if the start is in the future', async () => {
    world.tenant = { ...world.tenant, start: world.clock.now() + DAY_MS };
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 0 });
    world.clock.advance(DAY_MS + HOUR_MS);
    const file = world.google.createFile({ name: 'Deck', owner: ann });
    world.google.share(file, { to: ADA, by: ann, at: world.clock.now() - 10 * MINUTE_MS });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  });

  test('is read by the first run, even if our clock is minutes ahead of Google’s', async () => {
    const { google, clock } = world;
    google.set({ clockAheadMs: -3 * MINUTE_MS });
    const { start: _start, ...tenant } = world.tenant;
    world.tenant = tenant;
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    clock.advance(HOUR_MS);
    const file = google.createFile({ name: 'Deck', owner: ann });
    google.share(file, { to: ADA, by: ann, at: clock.now() - 20 * MINUTE_MS });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  });

  test('an action that began before the start is one share from before the start', async () => {
    const { google, start } = world;
    const file = google.createFile({ name: 'Deck', owner: ann, at: start - HOUR_MS });
    google.share(file, { to: ADA, by: ann, at: start - 20_000 });
    google.share(file, { to: BEN, by: ann, at: start + 20_000 });
    const report = await world.sync();
    expect(report).toMatchObject({ queued: 0, skipped: { 'before-start': 1 } });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log skipped before-start: ${ann} -> ${ADA} ${BEN}: Deck`,
    ]);
  });
});

describe('a share from the audit log', () => {
  test('names the sharer and the recipients with facts that only Drive has', async () => {
    world.configure({ detect: ['audit-log'] });
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    const at = clock.now() - 10 * MINUTE_MS;
    const expires = clock.now() + DAY_MS;
    google.share(file, { to: ADA, by: ann, at, expires });
    await world.sync();
    const [event] = await world.events();
    expect(event?.body).toMatchObject({
      sharer: { email: ann, name: 'Ann Tester' },
      recipients: [{ email: ADA, name: 'ada' }],
    });
    expect(event?.body?.eventProperties?.map(({ name }) => name)).toEqual(['Role', 'Expires']);
  });
});

test('a change without optional fields is still read', async () => {
  const { google, clock, sandbox, start } = world;
  const drive = google.addSharedDrive({
    name: 'Deals',
    members: { [ann]: 'organizer' },
    at: start - DAY_MS,
  });
  const mine = google.createFile({ name: 'Mine', owner: ann, at: start - HOUR_MS });
  const ours = google.createFile({ name: 'Ours', drive, by: ann, at: start - HOUR_MS });
  await world.sync();
  clock.advance(HOUR_MS);
  for (const file of [mine, ours]) google.share(file, { to: ADA, by: ann });
  const time = new Date(clock.now()).toISOString();
  // Without the kind of change, `ownedByMe`, and `hasAugmentedPermissions`.
  const files = [
    { id: mine, name: 'Mine', owners: [{ emailAddress: ann }] },
    { id: ours, name: 'Ours', driveId: drive },
  ];
  const changes = files.map((file) => ({ fileId: file.id, time, file }));
  sandbox.faults.add({
    vendor: 'google',
    pathIncludes: '/changes?',
    action: { kind: 'answer', status: 200, body: { changes, newStartPageToken: '999' } },
  });
  expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 2 });
  expect(summariesOf(await world.events())).toEqual([
    `changes pending: ${ann} -> ${ADA}: Mine`,
    `changes pending: no one -> ${ADA}: Ours`,
  ]);
});

test('permissions are listed if the file came without some of them', async () => {
  const { google, clock, sandbox, start } = world;
  const file = google.createFile({ name: 'Deck', owner: ann, at: start - HOUR_MS });
  await world.sync();
  clock.advance(HOUR_MS);
  google.share(file, { to: ADA, by: ann });
  const entry = { changeType: 'file', fileId: file, time: new Date(clock.now()).toISOString() };
  const some = {
    id: file,
    name: 'Deck',
    ownedByMe: true,
    permissions: [],
    permissionIds: ['1', '2'],
  };
  sandbox.faults.add({
    vendor: 'google',
    pathIncludes: '/changes?',
    action: {
      kind: 'answer',
      status: 200,
      body: { changes: [{ ...entry, file: some }], newStartPageToken: '999' },
    },
  });
  await world.sync();
  expect(summariesOf(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Deck`]);
});

test('inherited grants are not reported after a full run either', async () => {
  const { google, clock, start } = world;
  google.set({ myDriveDetails: 'missing', childEntries: 'all' });
  const at = start - HOUR_MS;
  const folder = google.createFolder({ name: 'Folder', owner: ann, at });
  const inner = google.createFolder({ name: 'Inner', parent: folder, at });
  google.createFile({ name: 'Deck', parent: inner, at });
  await world.sync();
  clock.advance(HOUR_MS);
  google.share(folder, { to: ADA, by: ann });
  await world.sync();
  expect(summariesOf(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Folder`]);
  clock.advance(HOUR_MS);
  await world.sync({ reach: 'all' });
  clock.advance(HOUR_MS);
  google.createFile({ name: 'Later', parent: inner });
  await world.sync();
  expect(summariesOf(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Folder`]);
});

test('the folders of a page are compared from the top, whatever their order', async () => {
  const { google, clock, start } = world;
  google.set({ myDriveDetails: 'missing', childEntries: 'all' });
  const at = start - HOUR_MS;
  const folder = google.createFolder({ name: 'Folder', owner: ann, at });
  const inner = google.createFolder({ name: 'Inner', parent: folder, at });
  const innermost = google.createFolder({ name: 'Innermost', parent: inner, at });
  google.createFile({ name: 'Deck', parent: innermost, at });
  await world.sync();
  clock.advance(HOUR_MS);
  google.share(folder, { to: ADA, by: ann });
  // A newer entry replaces the older: now the folder comes last.
  google.set({ childEntries: 'none' });
  google.edit(inner, { by: ann });
  google.edit(folder, { by: ann });
  await world.sync();
  expect(summariesOf(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Folder`]);
});

test.each([
  ['at the first reading', 0],
  ['by the change log', 2 * HOUR_MS],
])('an item that is listed before its folder inherits its grants: %s', async (_when, later) => {
  const { google, clock, start } = world;
  google.set({ myDriveDetails: 'missing', childEntries: 'none', pageSizeMax: 1 });
  if (later > 0) await world.sync();
  clock.advance(later);
  const at = later > 0 ? clock.now() : start + HOUR_MS;
  const file = google.createFile({ name: 'Deck', owner: ann, at });
  const folder = google.createFolder({ name: 'Folder', owner: ann, at });
  google.share(folder, { to: ADA, by: ann });
  google.move(file, { folder }, { by: ann, at });
  google.rename(folder, 'Folder, renamed', { by: ann });
  await world.sync();
  expect(summariesOf(await world.events())).toEqual([
    `changes pending: ${ann} -> ${ADA}: Folder, renamed`,
  ]);
});

test('a lost page token of a permission list is not a lost change log token', async () => {
  const { google, clock, start } = world;
  const drive = google.addSharedDrive({
    name: 'Deals',
    members: { [ann]: 'organizer' },
    at: start - DAY_MS,
  });
  const file = google.createFile({ name: 'Offer', drive, by: ann, at: start - DAY_MS });
  await world.sync();
  clock.advance(HOUR_MS);
  const to = Array.from({ length: 250 }, (_, number) => `p${number}@globex.example`);
  google.share(file, { to, by: ann });
  google.refuse({ reason: 'notFound', times: 1, skip: 1, method: 'permissions.list' });
  const before = world.sandbox.traffic.google.entries.length;
  expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  const requests = world.sandbox.traffic.google.entries.slice(before);
  expect(requests.filter(({ target }) => target.includes('/files?'))).toEqual([]);
  expect((await world.events())[0]?.share.drive?.grantees).toHaveLength(250);
});

describe('while the scope cannot be found', () => {
  test('a share that waits for the audit log is queued after a day', async () => {
    world.configure({ detect: ['audit-log', 'changes'] });
    const { google, clock } = world;
    google.addDomain('acme.de');
    const uwe = google.addUser('uwe@acme.de');
    const file = google.createFile({ name: 'Deck', owner: uwe, at: world.start - HOUR_MS });
    await world.sync();
    clock.advance(HOUR_MS);
    google.setLateAudit(Number.POSITIVE_INFINITY);
    google.share(file, { to: ADA, by: uwe });
    expect(await world.sync()).toMatchObject({ held: 1 });
    google.deny(google.admin, 'directory');
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'failed', queued: 0 });
    clock.advance(DAY_MS);
    expect(await world.sync()).toMatchObject({ queued: 1 });
    expect(summariesOf(await world.events())).toEqual([`changes pending: ${uwe} -> ${ADA}: Deck`]);
  });
});
