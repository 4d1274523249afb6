import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ANN, BOB, DOMAIN, DRIVE } from '../support/drive-company.ts';
import { ADA, BEN, prepare } from '../support/drive-histories.ts';
import { DriveRig } from '../support/drive-rig.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let rig: DriveRig;
beforeEach(async () => {
  rig = await DriveRig.open(['audit-log']);
  prepare(rig);
  rig.start = rig.clock.now();
});
afterEach(() => rig.close());

async function entries(): Promise<{ at: number; handled: number }[]> {
  return rig.db.selectFrom('activity').select(['at', 'handled']).orderBy('at').execute();
}

describe('the audit log', () => {
  test('an act that a run falls into is one share all the same', async () => {
    const { company, clock } = rig;
    clock.advance(SECOND_MS);
    company.give('file-b', [ADA], BOB);
    clock.advance(10 * SECOND_MS);
    expect(await rig.run()).toEqual([]);
    clock.advance(10 * SECOND_MS);
    company.give('file-b', [BEN], BOB);
    clock.advance(HOUR_MS);
    const [share, ...others] = await rig.run();
    expect(others).toEqual([]);
    expect(share?.drive?.grantees.map(({ email }) => email)).toEqual([ADA, BEN]);
    expect(share?.sharedAt).toBe(clock.now() - HOUR_MS - 20 * SECOND_MS);
  });

  test('an entry is handled once, and forgotten when no reading brings it again', async () => {
    const { company, clock } = rig;
    company.give('file-b', [ADA], BOB);
    const at = clock.now();
    clock.advance(HOUR_MS);
    await rig.run();
    expect(await entries()).toEqual([{ at, handled: 1 }]);
    clock.advance(DAY_MS);
    await rig.run();
    expect(await entries()).toHaveLength(1);
    clock.advance(DAY_MS);
    await rig.run();
    expect(await entries()).toEqual([]);
    expect(await rig.grants()).toEqual([`file-b ${ADA}`]);
  });

  test('entries come again for a day, after however long a pause, and bring nothing', async () => {
    const { company, clock } = rig;
    company.give('file-b', [ADA], BOB);
    clock.advance(HOUR_MS);
    await rig.run();
    clock.advance(30 * DAY_MS);
    expect(await rig.run()).toEqual([]);
    expect(await rig.run({ full: true })).toEqual([]);
  });

  test('what a member is given by making an item in a shared drive is noise', async () => {
    const { company, clock } = rig;
    clock.advance(HOUR_MS);
    company.create('new', { driveId: DRIVE.id });
    clock.advance(HOUR_MS);
    expect(await rig.run()).toEqual([]);
    company.give('new', [ADA, BEN], ANN);
    clock.advance(HOUR_MS);
    await rig.run();
    expect(await rig.grants()).toEqual([`new ${ADA}`, `new ${BEN}`]);
  });

  test('files of others, and drives that are not read, do not count', async () => {
    const { company, clock } = rig;
    rig.config = { users: [ANN], sharedDrives: 'none' };
    company.give('file-b', [ADA], BOB);
    company.give('drive-file', [ADA], ANN);
    company.setMember(ADA, 'reader', ANN);
    clock.advance(HOUR_MS);
    expect(await rig.run()).toEqual([]);
    expect(await entries()).toEqual([]);
  });

  test('a file that is gone is told by the audit log’s own words', async () => {
    const { company, clock } = rig;
    company.give('file-b', [ADA], BOB);
    company.remove('file-b');
    clock.advance(HOUR_MS);
    const [share] = await rig.run();
    expect(share?.content).toMatchObject({
      title: 'Name of file-b',
      url: 'https://drive.google.com/open?id=file-b',
    });
  });
});

describe('the change log', () => {
  beforeEach(() => {
    rig.detect = ['changes'];
  });

  test('of the first reading tells what is on files that are younger than the start', async () => {
    const { company, clock } = rig;
    company.create('young', { owner: ANN });
    const createdAt = clock.now();
    clock.advance(HOUR_MS);
    company.give('young', [ADA], ANN);
    company.give('file-a', [ADA], ANN);
    clock.advance(HOUR_MS);
    const [share, ...others] = await rig.run();
    expect(others).toEqual([]);
    expect(share).toMatchObject({ content: { id: 'young' }, sharedAt: createdAt });
    expect(await rig.run()).toEqual([]);
  });

  test('a domain that ceases to be internal is noted without a burst', async () => {
    const { company, clock } = rig;
    const internalDomains = [DOMAIN, 'globex.example'];
    company.give('file-a', [ADA], ANN);
    company.give('drive-file', [ADA], ANN);
    await rig.run({ internalDomains });
    clock.advance(HOUR_MS);
    company.edit('file-a');
    expect(await rig.run()).toEqual([]);
    // Said again and again, it is the same change.
    clock.advance(HOUR_MS);
    company.edit('drive-file');
    company.give('file-b', [ADA], BOB);
    await rig.run();
    expect(await rig.grants()).toEqual([`file-b ${ADA}`]);
    const calls = company.calls;
    await rig.run();
    // Not swept again: users, domains, drives, and one page of each of the three logs.
    expect(company.calls - calls).toBe(6);
  });

  test('what only the full reading can find', async () => {
    const { company, clock, db } = rig;
    await rig.run();
    clock.advance(HOUR_MS);
    company.give('file-a', [ADA], ANN);
    // As if the log had never told.
    await db
      .updateTable('cursor')
      .set({ position: JSON.stringify({ token: await company.startPageToken(ANN) }) })
      .where('stream', '=', `drive/changes/user/${ANN}`)
      .execute();
    expect(await rig.run()).toEqual([]);
    expect(await rig.run({ full: true })).toHaveLength(1);
    expect(await rig.run({ full: true })).toEqual([]);
    expect(await rig.grants()).toEqual([`file-a ${ADA}`]);
  });

  test('5,000 people on one file are one share', async () => {
    const { company, clock } = rig;
    await rig.run();
    clock.advance(HOUR_MS);
    company.conditions.pageSize = 100;
    const people = Array.from({ length: 5_000 }, (_, number) => `p${number}@globex.example`);
    company.give('file-a', people, ANN);
    company.give('drive-file', people, ANN);
    const shares = await rig.run();
    expect(shares.map(({ drive }) => drive?.grantees.length)).toEqual([5_000, 5_000]);
    expect(await rig.run()).toEqual([]);
  });
});
