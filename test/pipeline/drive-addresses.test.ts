import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DriveWorld, startDriveWorld } from '../support/drive-world.ts';
import { syncHourly } from '../support/sync-hourly.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ADA = 'ada@globex.example';
const INES = 'ines.neves@gmail.com';

let world: DriveWorld;
let ann: string;
let file: string;
beforeEach(async () => {
  world = await startDriveWorld();
  ann = world.google.addUser(`ann@${world.domain}`);
  file = world.google.createFile({ name: 'Deck', owner: ann });
  await world.sync();
});
afterEach(() => world.close());

const sync = (times = 1) => syncHourly(world, times);

describe('a person with two addresses', () => {
  test.each([
    ['dots', 'inesneves@gmail.com'],
    ['googlemail.com', 'ines.neves@googlemail.com'],
    ['a tag', 'inesneves+deals@gmail.com'],
  ])('is one grantee if Gmail ignores the difference: %s', async (_name, logged) => {
    const { google, clock } = world;
    google.share(file, { to: INES, by: ann, loggedAs: logged });
    // The change log then has a different time.
    clock.advance(2 * MINUTE_MS);
    google.edit(file, { by: ann });
    expect(await sync(3)).toEqual([`audit-log pending: ${ann} -> ${logged}: Deck`]);
  });

  test('is one grantee whichever detector is first', async () => {
    const { google } = world;
    google.setLateAudit(90 * MINUTE_MS);
    google.share(file, { to: [INES, ADA], by: ann, loggedAs: 'inesneves@gmail.com' });
    await sync();
    expect(await sync(3)).toEqual([
      `audit-log pending: ${ann} -> inesneves@gmail.com ${ADA}: Deck`,
    ]);
  });

  test.each([
    ['before', 0],
    ['after', 90 * MINUTE_MS],
  ])('is one grantee if the alias is logged %s the permission is read', async (_name, lateMs) => {
    const { google } = world;
    const alias = 'i.neves@brightwater.example';
    google.setLateAudit(lateMs);
    google.share(file, { to: 'ines@brightwater.example', by: ann, loggedAs: alias });
    expect(await sync(4)).toEqual([`audit-log pending: ${ann} -> ${alias}: Deck`]);
  });

  test('are two grantees if both have a permission', async () => {
    const { google, clock } = world;
    const other = 'i.neves@brightwater.example';
    google.share(file, { to: ADA, by: ann });
    clock.advance(1_000);
    google.setLateAudit(Number.POSITIVE_INFINITY);
    google.share(file, { to: other, by: ann });
    expect(await sync(3)).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Deck`,
      `changes pending: ${ann} -> ${other}: Deck`,
    ]);
  });

  test('are two grantees if the grants are minutes apart', async () => {
    const { google, clock } = world;
    google.share(file, {
      to: 'ines@brightwater.example',
      by: ann,
      loggedAs: 'i@brightwater.example',
    });
    clock.advance(2 * MINUTE_MS);
    google.edit(file, { by: ann });
    expect(await sync(3)).toHaveLength(2);
  });
});

describe('a grant that is logged again with another qualifier', () => {
  test.each([
    ['a minute', MINUTE_MS + 1_000],
    ['ten minutes', 10 * MINUTE_MS],
  ])('within %s is one grant', async (_name, afterMs) => {
    world.configure({ detect: ['audit-log'] });
    const { google, clock } = world;
    google.share(file, { to: ADA, by: ann, loggedAgainAfterMs: afterMs });
    clock.advance(HOUR_MS);
    expect(await sync(2)).toHaveLength(1);
  });

  test('is another grant if it was revoked in between', async () => {
    world.configure({ detect: ['audit-log'] });
    const { google, clock } = world;
    google.share(file, { to: ADA, by: ann });
    clock.advance(2 * MINUTE_MS);
    google.revoke(file, { to: ADA, by: ann });
    clock.advance(2 * MINUTE_MS);
    google.share(file, { to: ADA, by: ann });
    expect(await sync(2)).toHaveLength(2);
  });

  test('is another grant if the revocation in between is logged hours later', async () => {
    world.configure({ detect: ['audit-log'] });
    const { google, clock } = world;
    google.share(file, { to: ADA, by: ann });
    clock.advance(2 * MINUTE_MS);
    google.setLateAudit(3 * HOUR_MS);
    google.revoke(file, { to: ADA, by: ann });
    google.setLateAudit(0);
    clock.advance(2 * MINUTE_MS);
    google.share(file, { to: ADA, by: ann });
    expect(await sync(2)).toHaveLength(1);
    expect(await sync(2)).toHaveLength(2);
  });
});
