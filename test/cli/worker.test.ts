import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCliWorld } from '../support/cli-world.ts';

test('worker needs PostgreSQL: on SQLite, it explains this, creates nothing, and exits with 2', async () => {
  await using world = await startCliWorld();
  expect(await world.run('worker')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/needs a PostgreSQL database.*\n.*`.*start.*` runs all tenants/),
  });
  expect(existsSync(world.databaseFile)).toBe(false);
});

test('start on SQLite loads neither pg nor pg-boss', async () => {
  await using world = await startCliWorld();
  world.configure({ schedule: '0 0 * * *' });
  // Into a file: a full pipe would refuse what the preloaded script writes.
  const file = join(world.folder, 'loaded.txt');
  const start = world.start('start', {
    preloads: ['print-loaded.ts'],
    wrap: `exec "$@" 2>'${file}'`,
  });
  const loaded = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  await expect.poll(loaded).toContain('run ended');
  start.kill('SIGTERM');
  expect(await start.ended()).toMatchObject({ code: 0 });
  const stderr = loaded();
  expect(stderr).toContain('node_modules/better-sqlite3/');
  expect(stderr).not.toMatch(/node_modules\/(?:pg|pg-boss|pg-pool)\//);
});
