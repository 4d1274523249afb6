import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';
const DATE_2015 = Date.UTC(2015, 4, 1);
const DATE_2029 = Date.UTC(2029, 4, 1);

let world: DriveWorld;
let ann: string;
beforeEach(async () => {
  world = await startDriveWorld();
  ann = world.google.addUser(`ann@${world.domain}`);
});
afterEach(() => world.close());

async function syncAfterAnHour(): Promise<void> {
  world.clock.advance(HOUR_MS);
  expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
}

describe('a date in the future', () => {
  test.each([
    ['both detectors', ['audit-log', 'changes']],
    ['the change log', ['changes']],
  ] as const)('of an upload dates no event later than now, by %s', async (_name, detect) => {
    world.configure({ detect: [...detect] });
    const { google, clock } = world;
    google.setLateAudit(Number.POSITIVE_INFINITY);
    const file = google.createFile({ name: 'Dated', owner: ann, uploadedWithDate: DATE_2029 });
    google.share(file, { to: ADA, by: ann });
    await syncAfterAnHour();
    await syncAfterAnHour();
    const [event, ...others] = await world.events();
    expect(others).toEqual([]);
    expect(event?.state).toBe('pending');
    expect(event?.sharedAt).toBeLessThanOrEqual(clock.now());
    const timestamp = event?.body?.eventTimestamp ?? '9999';
    expect(Date.parse(timestamp)).toBeLessThanOrEqual(clock.now());
  });
});

describe('the date of an upload into a shared drive with an external member', () => {
  let drive: string;
  beforeEach(async () => {
    const members = { [ann]: 'organizer', [ADA]: 'reader' } as const;
    drive = world.google.addSharedDrive({ name: 'Deals', members, at: world.start - HOUR_MS });
    await world.sync();
  });

  test.each([
    ['old', DATE_2015],
    ['in the future', DATE_2029],
  ])('%s: makes no share with that member', async (_name, uploadedWithDate) => {
    const { google } = world;
    for (const name of ['One', 'Two']) {
      google.createFile({ name, drive, by: ann, uploadedWithDate });
      world.clock.advance(MINUTE_MS);
    }
    await syncAfterAnHour();
    await syncAfterAnHour();
    expect(await world.events()).toEqual([]);
  });

  test('does not hide a share with that member, or with others, later', async () => {
    const { google, clock } = world;
    const at = { uploadedWithDate: DATE_2015 };
    const file = google.createFile({ name: 'Old', drive, by: ann, ...at });
    await syncAfterAnHour();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: ann, role: 'writer' });
    clock.advance(2 * MINUTE_MS);
    google.share(file, { to: BEN, by: ann });
    await syncAfterAnHour();
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Old`,
      `audit-log pending: ${ann} -> ${BEN}: Old`,
    ]);
  });

  test('costs queries only for grants to members', async () => {
    const { google } = world;
    const file = google.createFile({ name: 'Old', drive, by: ann });
    await syncAfterAnHour();
    google.resetCalls();
    google.share(file, { to: BEN, by: ann });
    await syncAfterAnHour();
    expect(google.calls.byMethod['activities.list']).toBe(4);
  });
});
