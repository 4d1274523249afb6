import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DriveWorld, startDriveWorld, told } from '../support/drive-world.ts';

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

describe('one user whom Google refuses', () => {
  test('does not stop the others, however many stand in a row', async () => {
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
    // Nobody named them: without Drive, they are passed over.
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 1 });
    expect(told(await world.events())).toEqual([`changes pending: ${zoe} -> ${ADA}: Deck`]);
  });

  test('as a stranger of another Workspace is told, and the others are read', async () => {
    const { google, clock, domain } = world;
    const zoe = google.addUser(`zoe@${domain}`);
    const file = google.createFile({ name: 'Deck', owner: zoe, at: world.start - HOUR_MS });
    const stranger = 'aaa@partner.example';
    world.configure({ users: [stranger, zoe], sharedDrives: 'none' });
    const { faults } = world.sandbox;
    await world.sync();
    clock.advance(2 * HOUR_MS);
    google.share(file, { to: ADA, by: zoe });
    // What Google says to a stranger, whose token is the first that is asked for.
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
      expect.stringMatching(new RegExp(`^${stranger}: Google refused the sign-in`)),
    ]);
  });

  test('for want of a scope ends the reading, with what to do', async () => {
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

  test('with words that are not known is told, and the others are read', async () => {
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

  test('is read as another member when the one who read it left', async () => {
    const { google } = world;
    google.removeMember(drive, { member: ann, by: ann });
    google.share(file, { to: ADA, by: bob });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 0 });
  });

  test('is read as another member when the one who read it may not write any more', async () => {
    const { google } = world;
    google.setMember(drive, { member: ann, role: 'reader', by: bob });
    google.share(file, { to: ADA, by: bob });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  });

  test('is read as the member whom the configuration names now', async () => {
    const { google } = world;
    world.configure({ sharedDrives: [{ id: drive, as: ann }] });
    await world.sync();
    world.configure({ sharedDrives: [{ id: drive, as: bob }] });
    google.refuse({ reason: 'domainPolicy', times: Number.POSITIVE_INFINITY, user: ann });
    google.share(file, { to: ADA, by: bob });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    expect(told(await world.events())).toEqual([`changes pending: nobody -> ${ADA}: Offer`]);
  });
});

describe('the audit log', () => {
  beforeEach(() => world.configure({ detect: ['audit-log'] }));

  test('is not asked for times to come, where the start is one', async () => {
    world.tenant = { ...world.tenant, start: world.clock.now() + DAY_MS };
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 0 });
    world.clock.advance(DAY_MS + HOUR_MS);
    const file = world.google.createFile({ name: 'Deck', owner: ann });
    world.google.share(file, { to: ADA, by: ann, at: world.clock.now() - 10 * MINUTE_MS });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  });

  test('is read on the first night, though our clock is minutes ahead of Google’s', async () => {
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

  test('an act that began before the start is one act, and before the start', async () => {
    const { google, start } = world;
    const file = google.createFile({ name: 'Deck', owner: ann, at: start - HOUR_MS });
    google.share(file, { to: ADA, by: ann, at: start - 20_000 });
    google.share(file, { to: BEN, by: ann, at: start + 20_000 });
    const report = await world.sync();
    expect(report).toMatchObject({ queued: 0, skipped: { 'before-start': 1 } });
    expect(told(await world.events())).toEqual([
      `audit-log skipped before-start: ${ann} -> ${ADA} ${BEN}: Deck`,
    ]);
  });
});

describe('what Google knows of people', () => {
  test('names the sharer and the recipients, whichever detector saw it', async () => {
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

test('what Google leaves out of an entry is no reason to pass it over', async () => {
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
  // Neither what kind of entry it is, nor whose file, nor whether it has permissions of its own.
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
  expect(told(await world.events())).toEqual([
    `changes pending: ${ann} -> ${ADA}: Mine`,
    `changes pending: nobody -> ${ADA}: Ours`,
  ]);
});

test('permissions that did not all come with the file are asked for', async () => {
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
  expect(told(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Deck`]);
});

test('after everything was read again, what has its grants from a folder is still no share', async () => {
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
  expect(told(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Folder`]);
  clock.advance(HOUR_MS);
  await world.sync({ reach: 'all' });
  clock.advance(HOUR_MS);
  google.createFile({ name: 'Later', parent: inner });
  await world.sync();
  expect(told(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Folder`]);
});

test('folders of a page are compared from the top, in whatever order they come', async () => {
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
  expect(told(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Folder`]);
});

test.each([
  ['at the first reading', 0],
  ['by the change log', 2 * HOUR_MS],
])('what is listed before its folder has its grants from there, too: %s', async (_when, later) => {
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
  expect(told(await world.events())).toEqual([
    `changes pending: ${ann} -> ${ADA}: Folder, renamed`,
  ]);
});

test('a page of permissions that Google forgot is no change log that it forgot', async () => {
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
  const asked = world.sandbox.traffic.google.entries.slice(before);
  expect(asked.filter(({ target }) => target.includes('/files?'))).toEqual([]);
  expect((await world.events())[0]?.share.drive?.grantees).toHaveLength(250);
});

describe('while nobody can say whose files count', () => {
  test('a share that waits for the audit log goes after a day all the same', async () => {
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
    expect(told(await world.events())).toEqual([`changes pending: ${uwe} -> ${ADA}: Deck`]);
  });
});
