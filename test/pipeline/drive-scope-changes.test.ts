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
  world = await startDriveWorld();
  ann = world.google.addUser(`ann@${world.domain}`);
});
afterEach(() => world.close());

/** Two runs: the first holds what only the change log has, the second queues it. */
async function syncTwice(): Promise<string[]> {
  for (let run = 0; run < 2; run += 1) {
    world.clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
  }
  return summariesOf(await world.events());
}

const DETECTORS = [
  ['both detectors', ['audit-log', 'changes']],
  ['the change log', ['changes']],
] as const;

describe.each(DETECTORS)(
  'the old grants of a file that comes into scope, by %s',
  (_name, detect) => {
    let leaver: string;
    let old: string;
    beforeEach(() => {
      world.configure({ detect: [...detect] });
      const { google, domain, start } = world;
      const at = start - 150 * DAY_MS;
      leaver = google.addUser(`lee@${domain}`);
      old = google.createFile({ name: 'Old', owner: leaver, at });
      google.share(old, { to: [ADA, BEN], by: leaver, at });
      google.setUserState(leaver, 'suspended');
    });

    test('are no news after a transfer from a leaver', async () => {
      await world.sync();
      world.google.transfer(old, { to: ann, by: world.google.admin });
      expect(await syncTwice()).toEqual([]);
    });

    test('are no news after a transfer that only a full sync sees', async () => {
      await world.sync();
      world.google.transfer(old, { to: ann, by: world.google.admin });
      world.google.loseChangeTokens(ann, 410);
      expect(await syncTwice()).toEqual([]);
      world.google.setLateAudit(Number.POSITIVE_INFINITY);
      world.google.share(old, { to: 'eve@umbrella.example', by: ann });
      expect(await syncTwice()).toHaveLength(1);
    });

    test('are no news after a restoration from the trash', async () => {
      const { google } = world;
      google.transfer(old, { to: ann, by: google.admin });
      google.trash(old, { by: ann });
      await world.sync();
      google.untrash(old, { by: ann });
      expect(await syncTwice()).toEqual([]);
    });

    test('are no news after a move from a drive that is not read', async () => {
      const { google, start } = world;
      const members = { [ann]: 'organizer' } as const;
      const [read = '', unread = ''] = ['Read', 'Unread'].map((name) =>
        google.addSharedDrive({ name, members, at: start - 200 * DAY_MS }),
      );
      world.configure({ sharedDrives: [{ id: read, as: ann }] });
      const at = start - 100 * DAY_MS;
      const file = google.createFile({ name: 'Moved', drive: unread, at });
      google.share(file, { to: ADA, by: ann, at });
      await world.sync();
      google.move(file, { drive: read }, { by: ann });
      expect(await syncTwice()).toEqual([]);
    });

    test('are no news in the files of a user who is added to the configuration', async () => {
      const { google, clock, domain } = world;
      const bob = google.addUser(`bob@${domain}`);
      world.configure({ users: [ann] });
      await world.sync();
      // After `start`, but while bob's files were not in scope.
      const file = google.createFile({ name: 'Of Bob', owner: bob });
      google.share(file, { to: ADA, by: bob });
      clock.advance(2 * DAY_MS);
      await world.sync();
      world.configure({ users: [ann, bob] });
      expect(await syncTwice()).toEqual([]);
      google.setLateAudit(Number.POSITIVE_INFINITY);
      google.share(file, { to: BEN, by: bob });
      expect(await syncTwice()).toEqual([`changes pending: ${bob} -> ${BEN}: Of Bob`]);
    });

    test('do not hide a grant that is made afterwards', async () => {
      const { google } = world;
      await world.sync();
      google.transfer(old, { to: ann, by: google.admin });
      await syncTwice();
      google.setLateAudit(Number.POSITIVE_INFINITY);
      google.share(old, { to: 'eve@umbrella.example', by: ann });
      expect(await syncTwice()).toEqual([`changes pending: ${ann} -> eve@umbrella.example: Old`]);
    });
  },
);

describe.each(DETECTORS)('what the change log shows appear is news, by %s', (_name, detect) => {
  beforeEach(() => {
    world.configure({ detect: [...detect] });
    // The audit log misses it.
    world.google.setLateAudit(Number.POSITIVE_INFINITY);
  });

  test('a grant on an old file without grants', async () => {
    const { google, start } = world;
    const file = google.createFile({ name: 'Old', owner: ann, at: start - 150 * DAY_MS });
    await world.sync();
    google.share(file, { to: ADA, by: ann });
    expect(await syncTwice()).toEqual([`changes pending: ${ann} -> ${ADA}: Old`]);
  });

  test('a grant on an old file that moves within the scope on the same day', async () => {
    const { google, domain, start } = world;
    const bob = google.addUser(`bob@${domain}`);
    const file = google.createFile({ name: 'Old', owner: bob, at: start - 150 * DAY_MS });
    await world.sync();
    google.share(file, { to: ADA, by: bob });
    google.transfer(file, { to: ann, by: bob });
    expect(await syncTwice()).toEqual([`changes pending: ${ann} -> ${ADA}: Old`]);
  });

  test('a grant on an old file that came into scope without grants', async () => {
    const { google, domain, start } = world;
    const leaver = google.addUser(`lee@${domain}`);
    const file = google.createFile({ name: 'Old', owner: leaver, at: start - 150 * DAY_MS });
    google.setUserState(leaver, 'suspended');
    await world.sync();
    google.transfer(file, { to: ann, by: google.admin });
    expect(await syncTwice()).toEqual([]);
    google.share(file, { to: ADA, by: ann });
    expect(await syncTwice()).toEqual([`changes pending: ${ann} -> ${ADA}: Old`]);
  });

  test('a new file of a new user', async () => {
    const { google, domain } = world;
    await world.sync();
    world.clock.advance(HOUR_MS);
    const bob = google.addUser(`bob@${domain}`);
    const file = google.createFile({ name: 'New', owner: bob });
    google.share(file, { to: ADA, by: bob });
    expect(await syncTwice()).toEqual([`changes pending: ${bob} -> ${ADA}: New`]);
  });

  test('a new file of a user whose change log could not be read before', async () => {
    const { google, domain, clock } = world;
    const bob = google.addUser(`bob@${domain}`);
    google.refuse({ reason: 'domainPolicy', times: Number.POSITIVE_INFINITY, user: bob });
    await world.sync();
    const file = google.createFile({ name: 'New', owner: bob });
    google.share(file, { to: ADA, by: bob });
    clock.advance(HOUR_MS);
    await world.sync();
    google.clearRefusals();
    expect(await syncTwice()).toEqual([`changes pending: ${bob} -> ${ADA}: New`]);
  });
});

test('the audit log reports a grant on a file that comes into scope', async () => {
  const { google, domain, start } = world;
  const leaver = google.addUser(`lee@${domain}`);
  const file = google.createFile({ name: 'Old', owner: leaver, at: start - 150 * DAY_MS });
  google.setUserState(leaver, 'suspended');
  await world.sync();
  google.setLateAudit(2 * HOUR_MS + 30 * MINUTE_MS);
  google.transfer(file, { to: ann, by: google.admin });
  google.share(file, { to: ADA, by: ann });
  expect(await syncTwice()).toEqual([]);
  expect(await syncTwice()).toEqual([`audit-log pending: ${ann} -> ${ADA}: Old`]);
});
