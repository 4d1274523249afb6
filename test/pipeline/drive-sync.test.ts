import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';

let world: DriveWorld;
let ann: string;
beforeEach(async () => {
  world = await startDriveWorld();
  ann = world.google.addUser(`ann@${world.domain}`);
});
afterEach(() => world.close());

describe('each detector alone', () => {
  test('the audit log has actor, file, grantees and time', async () => {
    world.configure({ detect: ['audit-log'] });
    const { google, clock } = world;
    const file = google.createFile({ name: 'Pricing', owner: ann });
    const at = clock.now() - 10 * MINUTE_MS;
    google.share(file, { to: [ADA, BEN, `bob@${world.domain}`], by: ann, role: 'writer', at });
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'ok', errors: [], found: { 'google-drive': 1 } });
    const [event] = await world.events();
    expect(event).toMatchObject({
      state: 'pending',
      sharedAt: at,
      share: {
        source: 'google-drive',
        sharer: { email: ann },
        content: { id: file, title: 'Pricing' },
        drive: { detector: 'audit-log', item: 'file' },
      },
    });
    expect(event?.share.drive?.grantees.map(({ email, role }) => [email, role])).toEqual([
      [ADA, 'writer'],
      [BEN, 'writer'],
    ]);
    expect(await world.sync()).toMatchObject({ found: { 'google-drive': 0 } });
  });

  test('the change log shows what is new since its first reading', async () => {
    world.configure({ detect: ['changes'] });
    const { google, clock, start } = world;
    const old = google.createFile({ name: 'Old', owner: ann, at: start - HOUR_MS });
    google.share(old, { to: BEN, by: ann });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', found: { 'google-drive': 0 } });
    clock.advance(HOUR_MS);
    google.share(old, { to: ADA, by: ann });
    expect(await world.sync()).toMatchObject({ found: { 'google-drive': 1 } });
    expect(summariesOf(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Old`]);
  });
});

describe('both detectors', () => {
  test('a grant in both logs is reported once', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: ann, at: clock.now() - 10 * MINUTE_MS });
    await world.sync();
    await world.sync();
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Deck`,
    ]);
  });

  test('a share that only the change log has waits for the next run, and is then queued', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.setLateAudit(Number.POSITIVE_INFINITY);
    google.share(file, { to: ADA, by: ann });
    expect(await world.sync()).toMatchObject({ held: 1, found: { 'google-drive': 1 } });
    expect(summariesOf(await world.events())).toEqual([
      `changes held audit-log: ${ann} -> ${ADA}: Deck`,
    ]);
    clock.advance(MINUTE_MS);
    expect(await world.sync()).toMatchObject({ queued: 1, found: { 'google-drive': 0 } });
    expect(summariesOf(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Deck`]);
  });

  test('a late audit log entry replaces the waiting share', async () => {
    const { google, clock } = world;
    const bob = google.addUser(`bob@${world.domain}`);
    const file = google.createFile({ name: 'Deck', owner: ann });
    google.share(file, { to: bob, role: 'writer', by: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.setLateAudit(10 * MINUTE_MS);
    google.share(file, { to: ADA, by: bob });
    google.setLateAudit(Number.POSITIVE_INFINITY);
    clock.advance(1_000);
    google.share(file, { to: BEN, by: ann });
    clock.advance(5 * MINUTE_MS);
    await world.sync();
    expect(summariesOf(await world.events())).toEqual([
      `changes held audit-log: ${ann} -> ${ADA} ${BEN}: Deck`,
    ]);
    clock.advance(10 * MINUTE_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', found: { 'google-drive': 1 } });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${bob} -> ${ADA}: Deck`,
      `changes pending: ${ann} -> ${BEN}: Deck`,
    ]);
    expect(await world.sync()).toMatchObject({ found: { 'google-drive': 0 } });
  });

  test('an audit log entry that arrives after the share was queued reports nothing', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.setLateAudit(2 * HOUR_MS);
    google.share(file, { to: ADA, by: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    await world.sync();
    clock.advance(2 * HOUR_MS);
    expect(await world.sync()).toMatchObject({ found: { 'google-drive': 0 } });
    expect(summariesOf(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Deck`]);
  });
});

describe('a share that waits for the audit log', () => {
  test('is reported once, even if both detectors derive the same event id', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: ann });
    expect(await world.sync()).toMatchObject({ held: 1 });
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ queued: 1, found: { 'google-drive': 0 } });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Deck`,
    ]);
  });

  test('keeps waiting while the scope cannot be found', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.setLateAudit(Number.POSITIVE_INFINITY);
    google.share(file, { to: ADA, by: ann });
    await world.sync();
    google.deny(google.admin, 'directory');
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'failed', queued: 0 });
    google.allow(google.admin, 'directory');
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 1 });
  });
});

describe('not a separate share, or skipped:', () => {
  test('internal grants, target audiences, and items created on a shared drive', async () => {
    const { google, domain } = world;
    google.addDomain('acme.de', ['acme-alias.de']);
    const drive = google.addSharedDrive({
      name: 'Deals',
      members: { [ann]: 'organizer', [ADA]: 'reader' },
    });
    world.clock.advance(HOUR_MS);
    await world.sync();
    // The external member of the drive is a share of the drive.
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Deals`,
    ]);
    const file = google.createFile({ name: 'Deck', owner: ann });
    const to = [`x@eu.${domain}`, 'y@acme.de', 'z@acme-alias.de'];
    google.share(file, { to, domain: 'ab1.audience.googledomains.com', by: ann });
    google.createFile({ name: 'In the drive', drive, by: ann });
    world.clock.advance(HOUR_MS);
    await world.sync();
    world.clock.advance(HOUR_MS);
    await world.sync();
    expect(await world.events()).toHaveLength(1);
  });

  test.each([
    ['none', 'shown'],
    ['some', 'shown'],
    ['all', 'shown'],
    ['all', 'missing'],
  ] as const)(
    'the content of a shared folder: %s of it in the change log, permission details %s',
    async (childEntries, myDriveDetails) => {
      const { google, clock } = world;
      google.set({ childEntries, myDriveDetails });
      const folder = google.createFolder({ name: 'Folder', owner: ann });
      const inner = google.createFolder({ name: 'Inner', parent: folder });
      for (const parent of [folder, inner]) google.createFile({ name: 'Deck', parent });
      await world.sync();
      clock.advance(HOUR_MS);
      google.share(folder, { to: ADA, by: ann });
      clock.advance(HOUR_MS);
      await world.sync();
      await world.sync();
      expect(summariesOf(await world.events())).toEqual([
        `audit-log pending: ${ann} -> ${ADA}: Folder`,
      ]);
    },
  );

  test.each([
    ['on the same page', 1_000],
    ['on another page', 1],
  ])(
    'an item that is listed before its shared folder at the first reading, %s',
    async (_, pageSizeMax) => {
      world.configure({ detect: ['changes'] });
      const { google, start } = world;
      google.set({ myDriveDetails: 'missing', pageSizeMax });
      const at = start - HOUR_MS;
      const file = google.createFile({ name: 'Deck', owner: ann, at: start + HOUR_MS });
      const inner = google.createFolder({ name: 'Inner', owner: ann, at: start + HOUR_MS });
      const folder = google.createFolder({ name: 'Folder', owner: ann, at });
      google.share(folder, { to: ADA, by: ann, at });
      google.move(inner, { folder }, { by: ann });
      google.move(file, { folder: inner }, { by: ann });
      const other = google.createFile({ name: 'Offer', owner: ann, at: start + HOUR_MS });
      google.share(other, { to: BEN, by: ann });
      await world.sync();
      expect(summariesOf(await world.events())).toEqual([
        `changes pending: ${ann} -> ${BEN}: Offer`,
      ]);
    },
  );

  test('a link, or an entire external domain, by default', async () => {
    const { google, clock } = world;
    const [first, second] = ['First', 'Second'].map((name) =>
      google.createFile({ name, owner: ann }),
    );
    google.share(first ?? '', { anyone: true, by: ann, at: clock.now() - 10 * MINUTE_MS });
    google.share(second ?? '', { domain: 'globex.example', to: ADA, by: ann });
    clock.advance(10 * MINUTE_MS);
    expect(await world.sync()).toMatchObject({ skipped: { 'link-only': 1 }, queued: 1 });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA} domain: Second`,
      `audit-log skipped link-only: ${ann} -> anyone: First`,
    ]);
  });

  test('a grantee without an address', async () => {
    world.configure({ detect: ['changes'] });
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, addressHidden: true, by: ann });
    expect(await world.sync()).toMatchObject({ skipped: { 'no-address': 1 } });
  });

  test('the account of a program is no person; the action’s other grantees are reported', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    google.share(file, { to: 'backup@crm-tools.iam.gserviceaccount.com', by: ann });
    clock.advance(5 * MINUTE_MS);
    google.share(file, { to: ['123-compute@developer.gserviceaccount.com', ADA], by: ann });
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ queued: 1, skipped: { 'service-account': 1 } });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Deck`,
      `audit-log skipped service-account: ${ann} -> : Deck`,
    ]);
  });

  test('a grantee with an invalid address; the action’s other grantees are reported', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ['no address@', ADA], by: ann });
    clock.advance(5 * MINUTE_MS);
    google.share(file, { to: 'invalid', by: ann });
    clock.advance(HOUR_MS);
    const report = await world.sync();
    expect(report).toMatchObject({ queued: 1, rejected: 0, skipped: { 'no-address': 1 } });
    expect(await world.sync()).toMatchObject({ found: { 'google-drive': 0 } });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Deck`,
      `audit-log skipped no-address: ${ann} -> : Deck`,
    ]);
  });

  test('a share by an external sharer', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    google.share(file, { to: BEN, role: 'writer', by: ann, at: clock.now() - 20 * MINUTE_MS });
    google.share(file, { to: ADA, by: BEN, at: clock.now() - 10 * MINUTE_MS });
    expect(await world.sync()).toMatchObject({ skipped: { 'external-sharer': 1 }, queued: 1 });
  });
});

describe('a shared drive', () => {
  test('is read as a member, and an external member is a share of the drive', async () => {
    const { google, clock } = world;
    const drive = google.addSharedDrive({ name: 'Deals', members: { [ann]: 'organizer' } });
    const file = google.createFile({ name: 'Offer', drive, by: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: ann });
    google.setMember(drive, { member: BEN, role: 'reader', by: ann });
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', found: { 'google-drive': 2 } });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', found: { 'google-drive': 0 } });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Offer`,
      `audit-log pending: ${ann} -> ${BEN}: Deals`,
    ]);
    const [ofDrive] = (await world.events()).filter(({ share }) => share.drive?.item === 'drive');
    expect(ofDrive?.share.content.url).toBe(`https://drive.google.com/drive/folders/${drive}`);
  });

  test('has no known sharer with the change log alone', async () => {
    world.configure({ detect: ['changes'] });
    const { google, clock } = world;
    const drive = google.addSharedDrive({ name: 'Deals', members: { [ann]: 'organizer' } });
    const file = google.createFile({ name: 'Offer', drive, by: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: ann });
    google.setMember(drive, { member: BEN, role: 'reader', by: ann });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    expect(summariesOf(await world.events())).toEqual([
      `changes pending: no one -> ${ADA}: Offer`,
      `changes pending: no one -> ${BEN}: Deals`,
    ]);
  });

  test('without an internal member with write access is reported; the rest is read', async () => {
    world.configure({ detect: ['changes'] });
    const { google } = world;
    google.addSharedDrive({ name: 'Theirs', members: { [ADA]: 'organizer' } });
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', errors: [{ stage: 'google-drive' }] });
    expect(report.errors[0]?.message).toMatch(/^shared drive Theirs: .* has no internal member/);
    expect(report.errors[0]?.hint).toContain('`as`');
  });
});

describe('a user without Drive', () => {
  beforeEach(() => {
    const user = world.google.addUser(`cara@${world.domain}`);
    world.google.refuse({ reason: 'domainPolicy', user, times: Number.POSITIVE_INFINITY });
  });

  test('is skipped without an error if all users are read', async () => {
    const { google, clock, domain } = world;
    const file = google.createFile({ name: 'Deck', owner: `cara@${domain}` });
    const at = clock.now() - 10 * MINUTE_MS;
    google.share(file, { to: ADA, by: ann, at });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Deck`,
    ]);
  });

  test('is an error of the run if the list names them', async () => {
    world.configure({ users: [ann, `cara@${world.domain}`], sharedDrives: 'none' });
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', errors: [{ stage: 'google-drive' }] });
    expect(report.errors[0]?.message).toContain(`cara@${world.domain}`);
  });

  test('is an error if no user has Drive, because then the app is blocked', async () => {
    world.google.refuse({
      reason: 'domainPolicy',
      times: Number.POSITIVE_INFINITY,
      method: 'changes.getStartPageToken',
    });
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', errors: [{ stage: 'google-drive' }] });
    expect(report.errors[0]?.message).toContain('all 3 users');
  });
});

test('a grantee without an account, whom the audit log shows late, is reported once', async () => {
  const { google, clock } = world;
  google.withoutAccount(ADA);
  const file = google.createFile({ name: 'Deck', owner: ann });
  await world.sync();
  clock.advance(HOUR_MS);
  google.share(file, { to: ADA, by: ann });
  await world.sync();
  clock.advance(HOUR_MS);
  await world.sync();
  clock.advance(50 * HOUR_MS);
  google.makesAccount(ADA);
  clock.advance(HOUR_MS);
  await world.sync();
  expect(summariesOf(await world.events())).toEqual([`changes pending: ${ann} -> ${ADA}: Deck`]);
});
