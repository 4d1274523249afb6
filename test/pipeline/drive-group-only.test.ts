import { afterEach, beforeEach, expect, test } from 'vitest';
import { storedUnreadDrives } from '../../src/sources/drive/unread-drives.ts';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';

const HOUR_MS = 3_600_000;
const ADA = 'ada@globex.example';

let world: DriveWorld;
let ann: string;
let drive: string;
beforeEach(async () => {
  world = await startDriveWorld();
  const { google, domain } = world;
  ann = google.addUser(`ann@${domain}`);
  google.addGroup(`sales@${domain}`, [ann]);
  drive = google.addSharedDrive({ name: 'Deals', members: { [`sales@${domain}`]: 'organizer' } });
});
afterEach(() => world.close());

async function unread(): Promise<string[]> {
  const { db } = await world.context();
  return (await storedUnreadDrives(db, 'acme')).map(({ name }) => name);
}

test('a drive that only groups can edit is recorded once, and warned of once', async () => {
  expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
  expect(await unread()).toEqual(['Deals']);
  expect(await world.sync({ reach: 'all' })).toMatchObject({ outcome: 'ok', errors: [] });
  expect(world.warnings).toEqual(['shared drive without a reader']);
});

test('its shares are found in the audit log, with the names that the sharer can read', async () => {
  const { google, clock } = world;
  const file = google.createFile({ name: 'Offer', drive, by: ann });
  await world.sync();
  clock.advance(HOUR_MS);
  google.share(file, { to: ADA, by: ann });
  google.rename(file, 'Offer, final', { by: ann });
  clock.advance(HOUR_MS);
  expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  expect(summariesOf(await world.events())).toEqual([
    `audit-log pending: ${ann} -> ${ADA}: Offer, final`,
  ]);
});

test('it is read as soon as a user is a member, and no longer recorded', async () => {
  await world.sync();
  world.google.setMember(drive, { member: ann, role: 'organizer', by: world.google.admin });
  expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
  expect(await unread()).toEqual([]);
});

test('a drive that was read stays an error-free record once its last user has left', async () => {
  const { google, domain } = world;
  google.setMember(drive, { member: ann, role: 'organizer', by: google.admin });
  await world.sync();
  google.addGroup(`sales@${domain}`, []);
  google.removeMember(drive, { member: ann, by: google.admin });
  expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
  expect(await unread()).toEqual(['Deals']);
});
