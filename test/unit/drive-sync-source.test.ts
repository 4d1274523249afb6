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
  test('a share action that spans a run is one share', async () => {
    const { company, clock } = rig;
    clock.advance(SECOND_MS);
    company.grant('file-b', [ADA], BOB);
    clock.advance(10 * SECOND_MS);
    expect(await rig.run()).toEqual([]);
    clock.advance(10 * SECOND_MS);
    company.grant('file-b', [BEN], BOB);
    clock.advance(HOUR_MS);
    const [share, ...others] = await rig.run();
    expect(others).toEqual([]);
    expect(share?.drive?.grantees.map(({ email }) => email)).toEqual([ADA, BEN]);
    expect(share?.sharedAt).toBe(clock.now() - HOUR_MS - 20 * SECOND_MS);
  });

  test('an entry is handled once, and deleted when no run rereads it', async () => {
    const { company, clock } = rig;
    company.grant('file-b', [ADA], BOB);
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

  test('entries that are reread, even after a long pause, report nothing new', async () => {
    const { company, clock } = rig;
    company.grant('file-b', [ADA], BOB);
    clock.advance(HOUR_MS);
    await rig.run();
    clock.advance(30 * DAY_MS);
    expect(await rig.run()).toEqual([]);
    expect(await rig.run({ full: true })).toEqual([]);
  });

  test('the creation of an item on a shared drive is not a share with its members', async () => {
    const { company, clock } = rig;
    clock.advance(HOUR_MS);
    company.create('new', { driveId: DRIVE.id });
    clock.advance(HOUR_MS);
    expect(await rig.run()).toEqual([]);
    company.grant('new', [ADA, BEN], ANN);
    clock.advance(HOUR_MS);
    await rig.run();
    expect(await rig.grants()).toEqual([`new ${ADA}`, `new ${BEN}`]);
  });

  test('files of other users, and shared drives out of scope, are ignored', async () => {
    const { company, clock } = rig;
    rig.config = { users: [ANN], sharedDrives: 'none' };
    company.grant('file-b', [ADA], BOB);
    company.grant('drive-file', [ADA], ANN);
    company.setMember(ADA, 'reader', ANN);
    clock.advance(HOUR_MS);
    expect(await rig.run()).toEqual([]);
    expect(await entries()).toEqual([]);
  });

  test('a file that no longer exists has the facts from the audit log', async () => {
    const { company, clock } = rig;
    company.grant('file-b', [ADA], BOB);
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

  test('reports at its first reading only files that were created after the start', async () => {
    const { company, clock } = rig;
    company.create('young', { owner: ANN });
    const createdAt = clock.now();
    clock.advance(HOUR_MS);
    company.grant('young', [ADA], ANN);
    company.grant('file-a', [ADA], ANN);
    clock.advance(HOUR_MS);
    const [share, ...others] = await rig.run();
    expect(others).toEqual([]);
    expect(share).toMatchObject({ content: { id: 'young' }, sharedAt: createdAt });
    expect(await rig.run()).toEqual([]);
  });

  test('removing an internal domain causes no burst of shares', async () => {
    const { company, clock } = rig;
    const internalDomains = [DOMAIN, 'globex.example'];
    company.grant('file-a', [ADA], ANN);
    company.grant('drive-file', [ADA], ANN);
    await rig.run({ internalDomains });
    clock.advance(HOUR_MS);
    company.edit('file-a');
    expect(await rig.run()).toEqual([]);
    // Later runs do not treat it as a new change.
    clock.advance(HOUR_MS);
    company.edit('drive-file');
    company.grant('file-b', [ADA], BOB);
    await rig.run();
    expect(await rig.grants()).toEqual([`file-b ${ADA}`]);
    const calls = company.calls;
    await rig.run();
    // No second sweep: users, domains, drives, and one page of each of the three logs.
    expect(company.calls - calls).toBe(6);
  });

  test('a full run finds a grant that the log did not report', async () => {
    const { company, clock, db } = rig;
    await rig.run();
    clock.advance(HOUR_MS);
    company.grant('file-a', [ADA], ANN);
    // As if the log had never contained the change.
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

  test('5,000 grantees of one file are one share', async () => {
    const { company, clock } = rig;
    await rig.run();
    clock.advance(HOUR_MS);
    company.conditions.pageSize = 100;
    const people = Array.from({ length: 5_000 }, (_, number) => `p${number}@globex.example`);
    company.grant('file-a', people, ANN);
    company.grant('drive-file', people, ANN);
    const shares = await rig.run();
    expect(shares.map(({ drive }) => drive?.grantees.length)).toEqual([5_000, 5_000]);
    expect(await rig.run()).toEqual([]);
  });
});
