import { describe, expect, onTestFailed, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import type { CommandOptions } from '../support/command.ts';
import {
  addDrive,
  giveFiles,
  grantProblems,
  PAGES_OF_FILES,
  toldToGong,
  USERS,
} from '../support/drive-kills.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';
import { chooseSeed, repeatLine, runUntilDone } from '../support/random-kills.ts';

/** Of each user the page that was read ahead, and of one the page that was not committed. */
const PAGES_AGAIN_MAX = USERS + 1;
/** of the control */
const KILLS = 3;

describe('a tenant with Drive, killed at random moments until a run ends by itself', () => {
  test('each share is in Gong once, and a first reading goes on from its last page', async () => {
    const seed = announcedSeed();
    await using world = await startCliWorld();
    addDrive(world);
    const given = giveFiles(world, { from: 0, count: 60, audit: 'told' });

    const first = await killedUntilDone(world, seed);

    expect(first.kills).toBeGreaterThan(0);
    expect(toldToGong(world)).toEqual([...given].sort());
    expect(grantProblems(world, given)).toEqual([]);
    expect(pagesAgain(world)).toBeLessThanOrEqual(first.kills * PAGES_AGAIN_MAX);

    // What only the change log tells waits for the next run, and then goes.
    given.push(...giveFiles(world, { from: 100, count: 30, audit: 'told' }));
    given.push(...giveFiles(world, { from: 200, count: 30, audit: 'never' }));
    await killedUntilDone(world, seed + 1);
    await killedUntilDone(world, seed + 2);

    expect(toldToGong(world)).toEqual([...given].sort());
    expect(grantProblems(world, given)).toEqual([]);
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(toldToGong(world)).toHaveLength(given.length);
  });
});

describe('control: without the guard, the same kills are noticed', () => {
  test('a first reading that forgets its page begins anew each time', async () => {
    await using world = await startCliWorld();
    addDrive(world);
    const sabotage: Sabotage = {
      file: 'sources/drive/read-change-log.ts',
      find: 'sweep: { ...current, page: nextPageToken }',
      put: 'sweep: { ...current }',
    };
    // Far into the pages of the first user.
    const point: KillPoint = { at: '^commit', when: 'before', skip: 25 };
    for (let kills = 0; kills < KILLS; kills += 1) await killedAt(world, point, sabotage);
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(pagesAgain(world)).toBeGreaterThan(KILLS * PAGES_AGAIN_MAX);
  });

  test('entries that are handled before their shares are committed lose them', async () => {
    await using world = await startCliWorld();
    addDrive(world);
    const given = giveFiles(world, { from: 0, count: 3, audit: 'told' });
    const sabotage: Sabotage = {
      file: 'sources/drive/audit-share-pages.ts',
      find: 'const { changed } = book;',
      put: `const { changed } = book;
        await markHandled(db, tenant, entries.map(({ key }) => key));
        await saveGrants(db, tenant, changed);`,
    };
    const point: KillPoint = { at: 'insert into "event"', when: 'before' };
    await killedAt(world, point, sabotage);
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(toldToGong(world)).not.toEqual(given);
  });

  test('the same kill without the sabotage loses nothing', async () => {
    await using world = await startCliWorld();
    addDrive(world);
    const given = giveFiles(world, { from: 0, count: 3, audit: 'told' });
    await killedAt(world, { at: 'insert into "event"', when: 'before' });
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(toldToGong(world)).toEqual(given);
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

/** Pages of files that were asked for more than once. */
function pagesAgain({ sandbox: { google } }: CliWorld): number {
  return (google.calls.byMethod['files.list'] ?? 0) - PAGES_OF_FILES;
}

function announcedSeed(): number {
  const seed = chooseSeed();
  onTestFailed(() => {
    process.stderr.write(`${repeatLine(seed, 'drive-kill.test.ts')}\n`);
  });
  return seed;
}
