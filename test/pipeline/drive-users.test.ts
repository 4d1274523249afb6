import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';
import { listCursors } from '../support/list-cursors.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ADA = 'ada@globex.example';
const BEN = 'ben@globex.example';

let world: DriveWorld;
let alice: string;
let renamed: string;
beforeEach(async () => {
  world = await startDriveWorld();
  alice = world.google.addUser(`alice@${world.domain}`);
  renamed = `alice.reed@${world.domain}`;
});
afterEach(() => world.close());

/** A file that a first reading would take as a baseline, whatever is shared. */
function oldFile(name: string, owner = alice): string {
  return world.google.createFile({ name, owner, at: world.start - DAY_MS });
}

async function streams(): Promise<string[]> {
  const { db } = await world.context();
  return (await listCursors(db, 'acme')).map(({ stream }) => stream);
}

describe('a renamed user', () => {
  test('is found by the old address that the audit log has', async () => {
    world.configure({ detect: ['audit-log'] });
    const { google, clock } = world;
    const file = oldFile('Deck');
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: alice });
    google.renameUser(alice, renamed);
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 1 });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${alice} -> ${ADA}: Deck`,
    ]);
  });

  test.each([['alias'], ['released']] as const)(
    'keeps the change log, without a new baseline, if the old address is %s',
    async (old) => {
      world.configure({ detect: ['changes'] });
      const { google, clock } = world;
      const [before, after] = [oldFile('Before'), oldFile('After')];
      await world.sync();
      clock.advance(HOUR_MS);
      google.share(before, { to: ADA, by: alice });
      google.renameUser(alice, renamed, old);
      google.share(after, { to: ADA, by: renamed });
      expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 2 });
      expect(await world.sync()).toMatchObject({ found: { 'google-drive': 0 } });
      expect((await streams()).filter((stream) => stream.includes('@'))).toEqual([]);
    },
  );

  test('keeps the cursor that an earlier version stored under the address', async () => {
    world.configure({ detect: ['changes'] });
    const { google, clock } = world;
    const [before, after] = [oldFile('Before'), oldFile('After')];
    google.share(oldFile('Baseline'), { to: BEN, by: alice });
    await world.sync();
    await storeAsEarlierVersion();
    expect(await streams()).toContain(`drive/changes/user/${alice}`);
    clock.advance(HOUR_MS);
    google.share(before, { to: ADA, by: alice });
    google.renameUser(alice, renamed);
    google.share(after, { to: ADA, by: renamed });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 2 });
    const { db } = await world.context();
    const owners = await db.selectFrom('grant').select('owner').distinct().execute();
    expect(owners.filter(({ owner }) => owner.includes('@'))).toEqual([]);
  });

  test('still reads the shared drive that they read before', async () => {
    world.configure({ detect: ['changes'] });
    const { google, clock } = world;
    const drive = google.addSharedDrive({ name: 'Deals', members: { [alice]: 'organizer' } });
    const file = google.createFile({ name: 'Offer', drive, by: alice, at: world.start - DAY_MS });
    await world.sync();
    clock.advance(HOUR_MS);
    google.renameUser(alice, renamed);
    google.share(file, { to: ADA, by: renamed });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  });

  test.each([['all'], ['listed']] as const)(
    'is named by an old address as the reader of a shared drive: users %s',
    async (users) => {
      const { google, clock } = world;
      const drive = google.addSharedDrive({ name: 'Deals', members: { [alice]: 'organizer' } });
      world.configure({
        detect: ['changes'],
        sharedDrives: [{ id: drive, as: alice }],
        users: users === 'all' ? 'all' : [alice],
      });
      const file = google.createFile({ name: 'Offer', drive, by: alice, at: world.start - DAY_MS });
      await world.sync();
      clock.advance(HOUR_MS);
      google.renameUser(alice, renamed);
      google.share(file, { to: ADA, by: renamed });
      expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    },
  );

  test('is one person for the grants of one action', async () => {
    world.configure({ detect: ['audit-log'] });
    const { google, clock } = world;
    const file = oldFile('Deck');
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: alice });
    google.renameUser(alice, renamed);
    google.share(file, { to: BEN, by: renamed, at: clock.now() + 1_000 });
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ queued: 1 });
  });

  test('keeps the change log with a refresh token, which cannot read the Directory', async () => {
    const { google, clock } = world;
    const client = { clientId: 'client', clientSecret: 'secret' };
    google.addOAuthClient(client);
    const scopes = ['https://www.googleapis.com/auth/drive.metadata.readonly'];
    const token = google.issueRefreshToken({ clientId: 'client', email: alice, scopes });
    world.configure({
      auth: {
        flow: 'refresh-token',
        clientId: 'client',
        clientSecret: new Secret('secret'),
        refreshToken: new Secret(token),
      },
      sharedDrives: 'none',
      detect: ['changes'],
    });
    const file = oldFile('Deck');
    await world.sync();
    await storeAsEarlierVersion();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: alice });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    google.renameUser(alice, renamed, 'released');
    clock.advance(HOUR_MS);
    google.share(file, { to: BEN, by: renamed });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  });

  /** Names cursors and owners by address, as the version before ids did. */
  async function storeAsEarlierVersion(): Promise<void> {
    const { db } = await world.context();
    const held = await db.selectFrom('drive_address').selectAll().execute();
    for (const { user_id, address } of held) {
      const owner = `user/${address}`;
      await db
        .updateTable('cursor')
        .set({ stream: `drive/changes/${owner}` })
        .where('stream', '=', `drive/changes/user/${user_id}`)
        .execute();
      await db.updateTable('grant').set({ owner }).where('owner', '=', `user/${user_id}`).execute();
    }
    await db.deleteFrom('drive_address').execute();
    await db.deleteFrom('cursor').where('stream', '=', 'drive/users').execute();
  }
});

test('an address is stored with Google’s time, not with that of a clock ahead', async () => {
  world.aheadMs = 50 * HOUR_MS;
  await world.sync();
  const { db } = await world.context();
  const held = await db.selectFrom('drive_address').select('since').execute();
  expect(Math.max(...held.map(({ since }) => since))).toBeLessThanOrEqual(world.clock.now());
});

describe('an address that now belongs to someone else', () => {
  test('does not mix up the change logs of the two users', async () => {
    world.configure({ detect: ['changes'] });
    const { google, clock } = world;
    const first = oldFile('First');
    await world.sync();
    clock.advance(HOUR_MS);
    google.renameUser(alice, renamed, 'released');
    google.addUser(alice);
    const second = oldFile('Second');
    google.share(second, { to: BEN, by: alice });
    google.share(first, { to: ADA, by: renamed });
    // The new user's log begins with a baseline, the renamed user's continues.
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    clock.advance(HOUR_MS);
    google.share(second, { to: ADA, by: alice });
    await world.sync();
    expect(summariesOf(await world.events())).toEqual(
      [
        `changes pending: ${renamed} -> ${ADA}: First`,
        `changes pending: ${alice} -> ${ADA}: Second`,
      ].toSorted(),
    );
  });

  test('starts a log of its own for a user who was deleted and created again', async () => {
    world.configure({ detect: ['changes'] });
    const { google, clock } = world;
    await world.sync();
    const before = await streams();
    clock.advance(HOUR_MS);
    google.deleteAccount(alice);
    google.addUser(alice);
    google.share(oldFile('Restored'), { to: ADA, by: alice });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 0 });
    expect((await streams()).filter((stream) => !before.includes(stream))).toHaveLength(1);
  });

  test('an alias that moves to another user takes no change log with it', async () => {
    world.configure({ detect: ['changes'] });
    const { google, clock } = world;
    const bob = google.addUser(`bob@${world.domain}`);
    google.setAliases(alice, [`sales@${world.domain}`]);
    const [ofAlice, ofBob] = [oldFile('Of Alice'), oldFile('Of Bob', bob)];
    await world.sync();
    clock.advance(HOUR_MS);
    google.setAliases(alice, []);
    google.setAliases(bob, [`sales@${world.domain}`]);
    google.share(ofAlice, { to: ADA, by: alice });
    google.share(ofBob, { to: ADA, by: bob });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 2 });
  });
});

describe('an alias in `users`', () => {
  let alias: string;
  beforeEach(() => {
    alias = `al@${world.domain}`;
    world.google.setAliases(alice, [alias]);
    world.configure({ users: [alias], sharedDrives: 'none' });
  });

  test.each([
    ['audit-log', 'accepted'],
    ['audit-log', 'refused'],
    ['changes', 'accepted'],
    ['changes', 'refused'],
  ] as const)('finds its user: %s, with sign-in as an alias %s', async (detector, aliasSignIn) => {
    world.configure({ detect: [detector] });
    const { google, clock } = world;
    google.set({ aliasSignIn });
    const file = oldFile('Deck');
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: alice });
    google.share(oldFile('Of another user', google.addUser(`cy@${world.domain}`)), {
      to: ADA,
      by: `cy@${world.domain}`,
    });
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    expect((await world.events())[0]?.share.content.title).toBe('Deck');
  });

  test('and the primary address are one user', async () => {
    world.configure({ users: [alias, alice] });
    world.google.set({ aliasSignIn: 'accepted' });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    expect((await streams()).filter((stream) => stream.includes('/user/'))).toHaveLength(1);
  });

  test('is an error that names the primary address, if the user cannot be read', async () => {
    const { google } = world;
    google.set({ aliasSignIn: 'accepted' });
    await world.sync();
    google.setUserState(alice, 'suspended');
    google.expireSessions();
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', errors: [{ stage: 'google-drive' }] });
    expect(report.errors[0]?.message).toMatch(new RegExp(`^${alice}: `));
  });

  test('that was taken from its user still finds them', async () => {
    const { google, clock } = world;
    google.set({ aliasSignIn: 'accepted' });
    world.configure({ detect: ['changes'] });
    const file = oldFile('Deck');
    await world.sync();
    google.setAliases(alice, []);
    google.setScopes(['https://www.googleapis.com/auth/drive.metadata.readonly']);
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: alice });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  });
});

test('from listed users to all users and back, no change log starts over', async () => {
  const { google, clock } = world;
  world.configure({ users: [alice], sharedDrives: 'none', detect: ['changes'] });
  const files = ['First', 'Second', 'Third'].map((name) => oldFile(name));
  await world.sync();
  for (const users of ['all', [alice], 'all'] as const) {
    clock.advance(HOUR_MS);
    google.share(files.pop() ?? '', { to: ADA, by: alice });
    world.configure({ users });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  }
});

describe('after a domain was renamed', () => {
  beforeEach(async () => {
    const { google, clock } = world;
    world.tenant = { ...world.tenant, internalDomains: ['acme.new'] };
    google.addDomain('acme.new');
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(oldFile('Deck'), { to: ADA, by: alice });
    google.renameUser(alice, 'alice@acme.new', 'released');
    google.removeDomain(world.domain);
    clock.advance(HOUR_MS);
  });

  test('a person with an address at the old one is an owner and an internal sharer', async () => {
    expect(await world.sync()).toMatchObject({ queued: 1, skipped: {} });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${alice} -> ${ADA}: Deck`,
    ]);
  });

  test('a colleague’s address at the old one is no outsider', async () => {
    const { google } = world;
    const bob = google.addUser('bob@acme.new');
    google.share(oldFile('Notes', bob), { to: alice, by: bob });
    expect(await world.sync()).toMatchObject({ queued: 1, found: { 'google-drive': 1 } });
  });
});
