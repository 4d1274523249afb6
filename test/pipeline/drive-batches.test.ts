import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';

const HOUR_MS = 3_600_000;
const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';
/** enough for a batch, and some more */
const FILES = 120;

let world: DriveWorld;
beforeEach(async () => {
  world = await startDriveWorld({ detect: ['audit-log'] });
});
afterEach(() => world.close());

/** Many shares by several people, one of whom left, of files of which some are gone. */
function shareManyFiles(): string[] {
  const { google, domain, clock } = world;
  const names = ['ann', 'bob', 'cai', 'gone'];
  const people = names.map((name) => google.addUser(`${name}@${domain}`));
  const drive = google.addSharedDrive({
    name: 'Deals',
    members: { [people[0] ?? '']: 'organizer' },
  });
  const fileIds = Array.from({ length: FILES }, (_, index) => {
    const owner = people[index % people.length] ?? '';
    const isShared = index % 10 === 8;
    const place = isShared ? { drive, by: owner } : { owner };
    return google.createFile({ name: `File ${index}`, ...place, at: clock.now() - HOUR_MS });
  });
  fileIds.forEach((fileId, index) => {
    google.share(fileId, { to: ADA, by: people[index % people.length] ?? '' });
  });
  clock.advance(HOUR_MS);
  google.share(fileIds[0] ?? '', { to: BEN, by: people[0] ?? '' });
  google.remove(fileIds[4] ?? '', { by: people[0] ?? '' });
  google.setUserState(people[3] ?? '', 'suspended');
  return fileIds;
}

async function summaries(): Promise<string[]> {
  return summariesOf(await world.events()).toSorted();
}

function batches(): number {
  return world.google.calls.byMethod.batch ?? 0;
}

describe('files of the audit log', () => {
  test('are read in batches, with the same shares and calls as one by one', async () => {
    shareManyFiles();
    world.google.set({ batches: 'missing' });
    const start = world.start;
    const alone = await world.openReader({ detect: ['audit-log'] }, start);
    world.google.resetCalls();
    const slow = await alone.sync();
    const slowGets = world.google.calls.byMethod['files.get'];
    // The refused batch is a request, too.
    expect([batches(), slow.calls.google]).toEqual([1, world.google.calls.total + 1]);

    world.google.set({ batches: 'offered' });
    world.google.resetCalls();
    const fast = await world.sync();
    expect(fast).toMatchObject({ outcome: slow.outcome, found: slow.found, errors: slow.errors });
    expect(await summaries()).toEqual(summariesOf(await alone.events()).toSorted());
    expect(world.google.calls.byMethod['files.get']).toBe(slowGets);
    expect([batches(), fast.calls.google]).toEqual([1, world.google.calls.total]);
  });

  test.each([
    ['cannot be read for a moment', { reason: 'backendError' }],
    ['are refused because the batch is too large', { reason: 'forbidden' }],
  ] as const)('are read alone if they %s', async (_what, refusal) => {
    shareManyFiles();
    const reference = await world.openReader({ detect: ['audit-log'] }, world.start);
    await reference.sync();
    world.google.refuse({ ...refusal, method: 'files.get', times: 30 });
    const report = await world.sync();
    expect(report.errors).toEqual([]);
    expect(await summaries()).toEqual(summariesOf(await reference.events()).toSorted());
  });
});
