import {
  chmodSync,
  chownSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startChild } from '../support/child.ts';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import type { CommandOptions } from '../support/command.ts';
import { holesOf, problemsOf } from '../support/exactly-once.ts';

/** A wait for a lock that ends soon, instead of after the term of a lease. */
const SHORT_WAIT: CommandOptions = {
  preloads: ['sabotage.ts'],
  env: {
    SABOTAGE: JSON.stringify({
      file: 'db/limits.ts',
      find: 'lockWaitMsMax: LEASE_MS',
      put: 'lockWaitMsMax: 300',
    }),
  },
};

/** the system's unprivileged user, which can write only its own files */
const UNPRIVILEGED = 65_534;

describe('a full disk', () => {
  // A limit on the size of each file simulates it; sh counts in blocks of 512 bytes.
  test.each([
    ['before the first page', 300, 0],
    ['while a page is stored', 1_200, 0],
    ['while events are sent', 3_400, 1],
  ])(
    '%s: exit 2 with the reason; with free space, the same command does all the work',
    async (_, blocks, sentMin) => {
      await using world = await startCliWorld();
      const ids = world.deliver(50);

      const { code, stderr } = await world.run('sync', { wrap: `ulimit -f ${blocks}; exec "$@"` });

      expect(code).toBe(2);
      expect(stderr).toContain('the disk that holds the database');
      expect(stderr).toContain(world.databaseFile);
      expect(stderr).toMatch(/run again/);
      expect(stderr).not.toContain('bug');
      const sent = world.sandbox.gong.events.length;
      expect(sent).toBeGreaterThanOrEqual(sentMin);
      expect(sent).toBeLessThan(50);

      expect(await world.run('sync')).toMatchObject({ code: 0 });
      expect(problemsOf(world, ids)).toEqual([]);
    },
  );

  test('for standard output: exit 2, but the events were delivered', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(3);
    const stdout = openSync('/dev/full', 'w');
    const { code, stderr } = await world.run('sync --json', { stdout });
    closeSync(stdout);
    expect(code).toBe(2);
    expect(stderr).toContain('standard output could not be written: ENOSPC');
    expect(problemsOf(world, ids)).toEqual([]);
  });
});

describe('a database that is not a file', () => {
  test.each(['sync', 'status', 'backup copy.db', 'sync --dry-run'])(
    '%s: exit 2, which names it, and no advice to change a device',
    async (line) => {
      await using world = await startCliWorld();
      for (const path of [world.folder, '/dev/null']) {
        const env = { SHARETRAIL_DATABASE: `sqlite:${path}` };
        const { code, stderr } = await world.run(line, { env });
        expect(code).toBe(2);
        expect(stderr).toContain(`the database is not a file: ${path}\n`);
        expect(stderr).not.toMatch(/bug|chmod/);
      }
    },
  );
});

describe('a database that another process has locked', () => {
  test('from the start, or while events are sent: exit 2, and nothing is lost', async () => {
    await Promise.all([lockedFromTheStart(), lockedWhileSending()]);
  });
});

async function lockedFromTheStart(): Promise<void> {
  await using world = await startCliWorld();
  await world.run('sync');
  const ids = world.deliver(5);
  const lock = startChild('hold-lock.ts', { args: [world.databaseFile] });
  await lock.line();
  expectLocked(await world.run('sync', SHORT_WAIT), world);
  // Reading needs no lock.
  expect(await world.run('status')).toMatchObject({ code: 0 });
  lock.send('release');
  await lock.line();
  expect(await world.run('sync')).toMatchObject({ code: 0 });
  expect(problemsOf(world, ids)).toEqual([]);
}

async function lockedWhileSending(): Promise<void> {
  await using world = await startCliWorld();
  const ids = world.deliver(20);
  const gong = world.barrier({ vendor: 'gong', skip: 5 });
  const command = world.start('sync', SHORT_WAIT);
  await gong.reached();
  const lock = startChild('hold-lock.ts', { args: [world.databaseFile] });
  await lock.line();
  gong.open();
  expectLocked(await command.ended(), world);
  expect(holesOf(world, ids)).toEqual([]);
  lock.send('release');
  await lock.line();
  expect(await world.run('sync')).toMatchObject({ code: 0 });
  expect(problemsOf(world, ids)).toEqual([]);
}

function expectLocked(
  { code, stderr }: { readonly code: unknown; readonly stderr: string },
  { databaseFile }: CliWorld,
): void {
  expect(code).toBe(2);
  expect(stderr).toContain(
    `the database is locked by another process: ${databaseFile} (SQLITE_BUSY)`,
  );
  expect(stderr).toContain('Nothing was lost: run again');
}

describe('a database that this user cannot write', () => {
  test.each([
    ['the file', 0o700, 0o400],
    ['the folder', 0o500, 0o600],
  ])(
    '%s: exit 2 with what to fix; commands that only read still work',
    async (_, folderMode, fileMode) => {
      await using world = await startCliWorld();
      const ids = world.deliver(3);
      await world.run('sync --no-push');
      giveToUnprivileged(world);
      chmodSync(world.databaseFile, fileMode);
      chmodSync(world.folder, folderMode);

      const { code, stderr } = await world.run('sync', asUnprivileged());
      expect(code).toBe(2);
      expect(stderr).toContain(`the database file cannot be written: ${world.databaseFile}`);
      expect(stderr).toContain(
        'Give this user write permission for the file, its -wal and -shm files, and the folder.',
      );
      const checked = await world.run('check --json', asUnprivileged());
      expect(checked.code).toBe(1);
      const { checks } = JSON.parse(checked.stdout);
      const failed = checks.filter(({ status }: { status: string }) => status === 'failed');
      expect(failed).toMatchObject([
        { area: 'database', message: expect.stringContaining('cannot be written') },
      ]);
      expect(world.sandbox.gong.requests).toEqual([]);

      chmodSync(world.folder, 0o700);
      expect(await world.run('events --json', asUnprivileged())).toMatchObject({ code: 0 });
      for (const file of databaseFiles(world)) chmodSync(file, 0o600);
      expect(await world.run('sync', asUnprivileged())).toMatchObject({ code: 0 });
      expect(problemsOf(world, ids)).toEqual([]);
    },
  );

  test('a folder in which no file can be created: exit 2, with its name', async () => {
    await using world = await startCliWorld();
    giveToUnprivileged(world);
    chmodSync(world.folder, 0o500);
    const { code, stderr } = await world.run('sync', asUnprivileged());
    chmodSync(world.folder, 0o700);
    expect(code).toBe(2);
    expect(stderr).toContain(`the database file could not be created: ${world.databaseFile}`);
    expect(stderr).toContain('Check that its folder exists and that this user can write to it.');
  });
});

describe('a file that is not a database of this version', () => {
  test.each(['sync', 'status'])(
    '%s, if it is not a database: exit 2, and it is not changed',
    async (words) => {
      await using world = await startCliWorld();
      const text = 'Dear diary, this is not a database. '.repeat(100);
      writeFileSync(world.databaseFile, text);
      const { code, stderr } = await world.run(words);
      expect(code).toBe(2);
      expect(stderr).toContain(`is not an SQLite database: ${world.databaseFile}`);
      expect(stderr).toContain('Set `database` to another file, or move this one away.');
      expect(readFileSync(world.databaseFile, 'utf8')).toBe(text);
    },
  );

  test('a database of a newer version: exit 2 for every command, and it is not changed', async () => {
    await using world = await startCliWorld();
    world.deliver(2);
    await world.run('sync');
    world.query("insert into kysely_migration values ('0099-future', '2027-01-01T00:00:00Z')");
    world.deliver(2);
    for (const words of ['sync', 'sync --dry-run', 'status']) {
      const { code, stderr } = await world.run(words);
      expect(code, words).toBe(2);
      expect(stderr).toContain('written by a newer version of sharetrail (it has 0099-future)');
      expect(stderr).toContain('Install that version again');
    }
    expect(world.query('select * from event')).toHaveLength(2);
    expect(world.sandbox.gong.events).toHaveLength(2);
  });
});

/** No file mode stops root: if the tests run as root, the command runs as another user. */
function asUnprivileged(): CommandOptions {
  if (process.getuid?.() !== 0) return {};
  const ids = `--reuid=${UNPRIVILEGED} --regid=${UNPRIVILEGED} --clear-groups`;
  return { wrap: `exec setpriv ${ids} "$@"` };
}

/** The database file and SQLite's side files, which a reader creates with the same mode. */
function databaseFiles({ folder }: CliWorld): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('sharetrail.db'))
    .map((name) => join(folder, name));
}

function giveToUnprivileged(world: CliWorld): void {
  if (process.getuid?.() !== 0) return;
  const names = readdirSync(world.folder, { recursive: true }).map(String);
  for (const name of ['', ...names])
    chownSync(join(world.folder, name), UNPRIVILEGED, UNPRIVILEGED);
}
