import { describe, expect, onTestFailed, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import type { CommandOptions } from '../support/command.ts';
import {
  addDrive,
  grantProblems,
  PAGES_OF_FILES,
  shareFiles,
  sharesInGong,
  USERS,
} from '../support/drive-kills.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';
import { chooseSeed, repeatLine, runUntilDone } from '../support/random-kills.ts';

/** One page per user that was read ahead, and one page that was not committed. */
const REPEATED_PAGES_MAX = USERS + 1;
/** kills of the control */
const KILLS = 3;

describe('a tenant with Drive whose runs are killed at random moments until one completes', () => {
  test('each share is in Gong once, and a first reading resumes at its last page', async () => {
    const seed = announcedSeed();
    await using world = await startCliWorld();
    addDrive(world);
    const shared = shareFiles(world, { from: 0, count: 60, audit: 'logged' });

    const first = await killedUntilDone(world, seed);

    expect(first.kills).toBeGreaterThan(0);
    expect(sharesInGong(world)).toEqual([...shared].sort());
    expect(grantProblems(world, shared)).toEqual([]);
    expect(repeatedPages(world)).toBeLessThanOrEqual(first.kills * REPEATED_PAGES_MAX);

    // Shares that only the change log has are held until the next run.
    shared.push(...shareFiles(world, { from: 100, count: 30, audit: 'logged' }));
    shared.push(...shareFiles(world, { from: 200, count: 30, audit: 'missing' }));
    await killedUntilDone(world, seed + 1);
    await killedUntilDone(world, seed + 2);

    expect(sharesInGong(world)).toEqual([...shared].sort());
    expect(grantProblems(world, shared)).toEqual([]);
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(sharesInGong(world)).toHaveLength(shared.length);
  });
});

describe('control: the kills have an effect without the guard', () => {
  test('a first reading that does not store its page starts over each time', async () => {
    await using world = await startCliWorld();
    addDrive(world);
    const sabotage: Sabotage = {
      file: 'sources/drive/list-all-files.ts',
      find: 'sweep: { ...current, page: nextPageToken }',
      put: 'sweep: { ...current }',
    };
    // Many pages into the first user's files.
    const point: KillPoint = { at: '^commit', when: 'before', skip: 25 };
    for (let kills = 0; kills < KILLS; kills += 1) await killedAt(world, point, sabotage);
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(repeatedPages(world)).toBeGreaterThan(KILLS * REPEATED_PAGES_MAX);
  });

  test('shares are lost if their entries are handled in an earlier transaction', async () => {
    await using world = await startCliWorld();
    addDrive(world);
    const shared = shareFiles(world, { from: 0, count: 3, audit: 'logged' });
    const sabotage: Sabotage = {
      file: 'sources/drive/process-audit-entries.ts',
      find: 'const handledKeys = handled.map((entry) => entry.key);',
      put: `const handledKeys = handled.map((entry) => entry.key);
        await markHandled(store.db, key, handledKeys);
        await saveGrants(store.db, store.tenant, changed);`,
    };
    const point: KillPoint = { at: 'insert into "event"', when: 'before' };
    await killedAt(world, point, sabotage);
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(sharesInGong(world)).not.toEqual(shared);
  });

  test('a sabotage of a file that is never loaded fails', async () => {
    await using world = await startCliWorld();
    const sabotage: Sabotage = { file: 'sources/drive/moved.ts', find: 'a', put: 'b' };
    const env = { SABOTAGE: JSON.stringify(sabotage) };
    const { code, stderr } = await world.run('sync', { preloads: ['sabotage.ts'], env });
    expect(stderr).toContain('src/sources/drive/moved.ts was never loaded');
    expect(code).toBe(99);
  });

  test('the same kill with the guard loses nothing', async () => {
    await using world = await startCliWorld();
    addDrive(world);
    const shared = shareFiles(world, { from: 0, count: 3, audit: 'logged' });
    await killedAt(world, { at: 'insert into "event"', when: 'before' });
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(sharesInGong(world)).toEqual(shared);
  });
});

function killedUntilDone(world: CliWorld, seed: number): Promise<{ readonly kills: number }> {
  const words = 'sync --json';
  return runUntilDone(world, { words, requestsMax: 90, seed, afterKill: () => {} });
}

async function killedAt(world: CliWorld, point: KillPoint, sabotage?: Sabotage): Promise<void> {
  const options: CommandOptions = {
    preloads: sabotage === undefined ? ['kill-at.ts'] : ['sabotage.ts', 'kill-at.ts'],
    env: {
      KILL_POINT: JSON.stringify(point),
      ...(sabotage && { SABOTAGE: JSON.stringify(sabotage) }),
    },
  };
  expect(await world.run('sync', options)).toMatchObject({ code: 'SIGKILL' });
}

/** The number of pages of files that were requested again. */
function repeatedPages({ sandbox: { google } }: CliWorld): number {
  return (google.calls.byMethod['files.list'] ?? 0) - PAGES_OF_FILES;
}

function announcedSeed(): number {
  const seed = chooseSeed();
  onTestFailed(() => {
    process.stderr.write(`${repeatLine(seed, 'drive-kill.test.ts')}\n`);
  });
  return seed;
}
