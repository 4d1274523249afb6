import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runLines } from '../../src/cli/runs/run-summary.ts';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';

const HOUR_MS = 3_600_000;
const ADA = 'ada@globex.example';

let world: DriveWorld;
let ann: string;
let gone: string;
beforeEach(async () => {
  world = await startDriveWorld();
  ann = world.google.addUser(`ann@${world.domain}`);
  gone = world.google.addUser(`gone@${world.domain}`);
});
afterEach(() => world.close());

describe('a user who left', () => {
  test.each([['suspended'], ['archived']] as const)(
    'shared in the morning and is %s in the afternoon: the share is found, and a note counts them',
    async (state) => {
      const { google, clock } = world;
      const file = google.createFile({ name: 'Deck', owner: gone });
      await world.sync();
      clock.advance(HOUR_MS);
      google.share(file, { to: ADA, by: gone });
      clock.advance(HOUR_MS);
      google.setUserState(gone, state);
      const report = await world.sync();
      expect(report).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
      expect(summariesOf(await world.events())).toEqual([
        `audit-log pending: ${gone} -> ${ADA}: Deck`,
      ]);
      expect(report.notes).toEqual([
        'google-drive: the change logs of 1 suspended or archived user cannot be read; their audit log ' +
          'entries are read',
        'google-drive: 1 shared item of people who left, or of drives without a reader, cannot be ' +
          'read; their shares have the names in the audit log',
      ]);
      expect(runLines(report).join('\n')).toContain('1 suspended or archived user cannot be read');
      expect(await world.sync()).toMatchObject({ found: { 'google-drive': 0 } });
    },
  );

  test('and was deleted is found in the audit log, which still has the address', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: gone });
    google.share(file, { to: ADA, by: gone, at: clock.now() - HOUR_MS });
    google.deleteAccount(gone);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
  });

  test('is counted if only the change logs are read, which Google does not show', async () => {
    world.configure({ detect: ['changes'] });
    world.google.setUserState(gone, 'suspended');
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'ok', errors: [] });
    expect(report.notes?.[0]).toMatch(
      /^google-drive: the change logs of 1 suspended .*detect leaves out,/,
    );
  });

  test('and comes back continues where their change log was left', async () => {
    world.configure({ detect: ['changes'] });
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: gone, at: world.start - HOUR_MS });
    await world.sync();
    google.share(file, { to: ADA, by: gone });
    google.setUserState(gone, 'suspended');
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ queued: 0 });
    google.setUserState(gone, 'active');
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 1 });
  });

  test('owns a file that an active colleague shares: the share is theirs, with its link', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: gone });
    google.share(file, { to: ann, by: gone, role: 'writer' });
    await world.sync();
    google.setUserState(gone, 'suspended');
    google.rename(file, 'Deck, final', { by: ann });
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: ann });
    clock.advance(HOUR_MS);
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    expect(report.notes).toHaveLength(1);
    const [event] = await world.events();
    expect(event?.share).toMatchObject({
      sharer: { email: ann },
      content: { title: 'Deck, final', url: expect.stringContaining('docs.google.com') },
    });
  });

  test('is found by a backfill of the time before they left', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: gone });
    google.share(file, { to: ADA, by: gone, at: clock.now() - 48 * HOUR_MS });
    google.setUserState(gone, 'suspended');
    const report = await world.backfill({
      since: clock.now() - 72 * HOUR_MS,
      until: clock.now(),
      source: 'google-drive',
    });
    expect(report).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    expect(report.notes).toEqual([expect.stringContaining('1 shared item of people who left')]);
  });

  test('does not count if the configuration lists other users', async () => {
    const { google, clock } = world;
    world.configure({ users: [ann], sharedDrives: 'none' });
    const file = google.createFile({ name: 'Deck', owner: gone });
    google.share(file, { to: ann, by: gone, role: 'writer', at: clock.now() - 3 * HOUR_MS });
    google.share(file, { to: ADA, by: ann, at: clock.now() - 2 * HOUR_MS });
    google.setUserState(gone, 'suspended');
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'ok', found: { 'google-drive': 0 } });
    expect(report.notes).toBeUndefined();
  });

  test('is an error if the configuration lists them, and their audit log entries count', async () => {
    const { google, clock } = world;
    world.configure({ users: [ann, gone], sharedDrives: 'none' });
    const file = google.createFile({ name: 'Deck', owner: gone });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: gone });
    google.setUserState(gone, 'suspended');
    clock.advance(HOUR_MS);
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', queued: 1 });
    expect(report.errors.map(({ message }) => message).join()).toContain(gone);
  });
});

test('a file of an outsider whom no domain includes is not in scope', async () => {
  const { google, clock } = world;
  const file = google.createFile({ name: 'Theirs', owner: 'cy@globex.example' });
  google.share(file, { to: ADA, by: ann, at: clock.now() - HOUR_MS });
  expect(await world.sync()).toMatchObject({ outcome: 'ok', found: { 'google-drive': 0 } });
});
