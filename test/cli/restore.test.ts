import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bytesText } from '../../src/lib/format.ts';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import { holesOf } from '../support/exactly-once.ts';
import { untilLogged } from '../support/follow.ts';

let world: CliWorld;
let ids: string[];
let copy: string;

beforeEach(async () => {
  world = await startCliWorld();
  copy = join(world.folder, 'copy.db');
  ids = world.deliver(5);
  await world.run('sync');
  await world.run('backup copy.db');
});

afterEach(() => world[Symbol.asyncDispose]());

test('prints the size, the files, and what comes next, as text or as JSON', async () => {
  const { code, stdout, stderr } = await world.run('restore copy.db');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const kept = readdirSync(world.folder).find((name) => name.includes('.replaced-')) ?? '';
  const { size } = statSync(copy);
  expect(stdout.replace(/`[^`]* (forget)[^`]*`/g, '`$1`')).toBe(
    `Restored ${bytesText(size)} from ${copy} to ${world.databaseFile}.\n` +
      `The previous database was kept as ${join(world.folder, kept)}. Delete it once you no longer ` +
      `need it: \`forget\` erases no one from it.\n` +
      `People whom \`forget\` erased after the backup are in the database again: ` +
      'repeat it for each of them before the next sync.\n' +
      'The next sync reads everything after the backup again and sends it with the same IDs.\n',
  );
  const again = await world.run('restore copy.db --json');
  expect(JSON.parse(again.stdout)).toEqual({
    file: copy,
    bytes: size,
    database: world.databaseFile,
    kept: [expect.stringContaining(`${world.databaseFile}.replaced-`)],
    schema: 'current',
  });
});

test('repairs a database whose backup was copied next to an old -wal file', async () => {
  ids.push(...world.deliver(60));
  const early = world.barrier({ vendor: 'gong', skip: 3 });
  const late = world.barrier({ vendor: 'gong', skip: 10 });
  const killed = world.start('sync');
  await early.reached();
  // Later commits build on pages that are no longer in the log.
  world.query('pragma wal_checkpoint(truncate)');
  early.open();
  await late.reached();
  killed.kill('SIGKILL');
  await killed.ended();
  world.sandbox.faults.clear();
  copyFileSync(copy, world.databaseFile);

  for (const _ of [1, 2]) {
    const { code, stderr } = await world.run('sync');
    expect(code).toBe(2);
    expect(stderr).toContain('is damaged');
    expect(stderr).toMatch(/`.* restore FILE --config .*`/);
  }
  const backup = await world.run('backup other.db');
  expect(backup.code).toBe(2);
  expect(backup.stderr).toMatch(/`.* restore FILE --config .*`/);

  expect(await world.run('restore copy.db')).toMatchObject({ code: 0 });
  expect(await world.run('sync')).toMatchObject({ code: 0 });
  expect(holesOf(world, ids)).toEqual([]);
  expect(world.sandbox.gong.events).toHaveLength(ids.length);
});

test('exits with 2 and changes nothing during a run, and while start waits for one', async () => {
  ids.push(...world.deliver(5));
  const gong = world.barrier({ vendor: 'gong' });
  const running = world.start('sync');
  await gong.reached();
  await expectRefused();
  gong.open();
  expect(await running.ended()).toMatchObject({ code: 0 });

  world.configure({ schedule: '0 2 * * *' });
  const waiting = world.start('start');
  await untilLogged(waiting, 'tenants scheduled');
  await expectRefused();
  waiting.kill('SIGTERM');
  expect(await waiting.ended()).toMatchObject({ code: 0 });
  expect(world.sandbox.gong.byStatus).toEqual({ 200: 10 });
});

async function expectRefused(): Promise<void> {
  const { code, stdout, stderr } = await world.run('restore copy.db');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/the database is in use.*\nStop/);
  expect(readdirSync(world.folder).filter((name) => name.includes('.re'))).toEqual([]);
}

test('rejects PostgreSQL, prints the command of pg_restore, and hides the password', async () => {
  const command =
    'pg_restore --clean --if-exists --single-transaction ' +
    `--dbname=postgres://user@db.example/sharetrail ${join(world.folder, 'copy.db')}`;
  const env = { SHARETRAIL_DATABASE: 'postgres://user:hushhush@db.example/sharetrail' };
  const { code, stderr } = await world.run('restore copy.db', { env });
  expect(code).toBe(2);
  expect(stderr).toContain(command);
  expect(stderr).not.toContain('hushhush');
});
