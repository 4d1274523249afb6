import { existsSync } from 'node:fs';
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
  const start = world.start('start', { preloads: ['print-loaded.ts'] });
  await expect.poll(() => start.stderr()).toContain('run ended');
  start.kill('SIGTERM');
  const { code, stderr } = await start.ended();
  expect(code).toBe(0);
  expect(stderr).toContain('node_modules/better-sqlite3/');
  expect(stderr).not.toMatch(/node_modules\/(?:pg|pg-boss|pg-pool)\//);
});
