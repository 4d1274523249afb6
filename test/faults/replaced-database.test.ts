import {
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { watchDatabaseFiles } from '../../src/db/database-files.ts';
import { DatabaseReplaced } from '../../src/lib/errors.ts';
import { watchDatabase } from '../../src/service/watch-database.ts';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import { migratedFile } from '../support/database.ts';
import { holesOf } from '../support/exactly-once.ts';
import { untilLogged } from '../support/follow.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const MINUTE = 60_000;
const NIGHTLY = { schedule: '0 2 * * *' };
/** The check of `start`, every few milliseconds instead of every minute. */
const OFTEN = { file: 'service/limits.ts', find: 'intervalMs: 60_000', put: 'intervalMs: 20' };
const WITHOUT_CHECKS = {
  file: 'db/database-files.ts',
  find: 'requireUnchanged: () => {\n',
  put: 'requireUnchanged: () => { return;\n',
};

function sabotage(change: typeof OFTEN) {
  return { preloads: ['sabotage.ts'], env: { SABOTAGE: JSON.stringify(change) } };
}

/** What happens to a database in use, and the words that report it. */
const DELETED = 'the database file was deleted or moved while sharetrail used it:';
const REPLACED = 'the database file was replaced while sharetrail used it:';
const SIDE_FILE = 'a file of the database was deleted or replaced while sharetrail used it:';

type Change = (file: string) => void;

const CHANGES: readonly (readonly [string, Change, string])[] = [
  ['deleted', (file) => rmSync(file), DELETED],
  ['moved', (file) => renameSync(file, `${file}.old`), DELETED],
  ['replaced by another file', replaceByCopy, REPLACED],
  ['deleted with its write-ahead log', (file) => removeAll(file), DELETED],
  ['separated from its write-ahead log', (file) => rmSync(`${file}-wal`), SIDE_FILE],
];

function replaceByCopy(file: string): void {
  copyFileSync(file, `${file}.copy`);
  renameSync(`${file}.copy`, file);
}

function removeAll(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix);
}

/** A run that was changed under while Gong's requests were in flight. */
async function runWhile(world: CliWorld, change: Change, how = {}) {
  const ids = world.deliver(20);
  const gong = world.barrier({ vendor: 'gong', skip: 5 });
  const command = world.start('sync --json', how);
  await gong.reached();
  change(world.databaseFile);
  gong.open();
  return { ...(await command.ended()), ids };
}

describe('a database that is changed under a run', () => {
  test.each(CHANGES)('%s: exit 2 with what happened and what to do', async (_, change, words) => {
    await using world = await startCliWorld();
    const { code, stdout, stderr, ids } = await runWhile(world, change);
    expect(code).toBe(2);
    expect(stderr).toContain(`sharetrail: sandbox: ${words} ${world.databaseFile}`);
    expect(stderr).toContain('Stop every sharetrail process.');
    expect(stderr).toMatch(/`.* restore FILE --config .*`/);
    expect(JSON.parse(stdout).runs).toMatchObject([
      { outcome: 'failed', errors: [{ stage: 'run', message: expect.stringContaining(words) }] },
    ]);
    // The next run reads everything again: nothing is lost.
    expect((await world.run('sync')).code).toBe(0);
    expect(holesOf(world, ids)).toEqual([]);
  });

  test('control: without the checks, the run without a database is a success', async () => {
    await using world = await startCliWorld();
    const { code, stdout } = await runWhile(
      world,
      (file) => rmSync(file),
      sabotage(WITHOUT_CHECKS),
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs).toMatchObject([{ outcome: 'ok', delivered: 20 }]);
    expect(existsSync(world.databaseFile)).toBe(false);
  });

  test('reached through a symbolic link: only a link that leads elsewhere is a change', async () => {
    await using world = await startCliWorld();
    const link = join(world.folder, 'link.db');
    symlinkSync(world.databaseFile, link);
    const env = { SHARETRAIL_DATABASE: `sqlite:${link}` };
    expect((await runWhile(world, () => {}, { env })).code).toBe(0);
    const redirect = () => {
      unlinkSync(link);
      mkdirSync(join(world.folder, 'other'));
      copyFileSync(world.databaseFile, join(world.folder, 'other', 'sharetrail.db'));
      symlinkSync(join(world.folder, 'other', 'sharetrail.db'), link);
    };
    const { code, stderr } = await runWhile(world, redirect, { env });
    expect(code).toBe(2);
    expect(stderr).toContain(`${REPLACED} ${link}`);
  });
});

describe('a database that is changed under start', () => {
  test.each(CHANGES)(
    '%s between two runs: exit 2, without another run',
    async (_, change, words) => {
      await using world = await startCliWorld();
      world.configure(NIGHTLY);
      const command = world.start('start', sabotage(OFTEN));
      await untilLogged(command, 'run ended');
      change(world.databaseFile);
      const { code, stderr } = await command.ended();
      expect(code).toBe(2);
      expect(stderr).toContain(`sharetrail: ${words} ${world.databaseFile}`);
    },
  );

  test('deleted during a run: the run stops, too', async () => {
    await using world = await startCliWorld();
    world.configure(NIGHTLY);
    world.deliver(20);
    const gong = world.barrier({ vendor: 'gong', skip: 5 });
    const command = world.start('start', sabotage(OFTEN));
    await gong.reached();
    rmSync(world.databaseFile);
    await untilLogged(command, 'stopping: no new runs are started');
    gong.open();
    const { code, stderr } = await command.ended();
    expect(code).toBe(2);
    expect(stderr).toContain(DELETED);
    expect(world.sandbox.gong.events.length).toBeLessThan(20);
  });
});

describe('the check of a service', () => {
  test.each(CHANGES)('%s: found within a minute', async (_, change) => {
    const { file, db } = await migratedFile();
    await db.selectFrom('lease').selectAll().execute();
    const clock = new VirtualClock();
    const databaseFiles = watchDatabaseFiles(file);
    const found: DatabaseReplaced[] = [];
    const { signal } = new AbortController();
    const onReplaced = (error: DatabaseReplaced) => void found.push(error);
    const watching = watchDatabase({ clock, databaseFiles }, { signal, onReplaced });
    await clock.pass(10 * MINUTE);
    expect(found).toEqual([]);
    change(file);
    await clock.pass(MINUTE);
    expect(found).toEqual([expect.any(DatabaseReplaced)]);
    await watching;
    expect(clock.sleepers).toBe(0);
  });

  test('ends with its signal', async () => {
    const { file } = await migratedFile();
    const clock = new VirtualClock();
    const stop = new AbortController();
    const watching = watchDatabase(
      { clock, databaseFiles: watchDatabaseFiles(file) },
      { signal: stop.signal, onReplaced: () => expect.unreachable() },
    );
    await clock.pass(MINUTE);
    stop.abort();
    await expect(watching).resolves.toBeUndefined();
  });
});
