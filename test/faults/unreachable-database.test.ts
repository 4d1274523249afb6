import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseFileExists } from '../../src/db/file-exists.ts';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

let world: CliWorld;

beforeAll(async () => {
  world = await startCliWorld();
  writeFileSync(join(world.folder, 'plain'), '');
});

afterAll(() => world[Symbol.asyncDispose]());

const COPY = '/tmp/sharetrail-never-written.db';

test.each(['status', 'events', 'sync --dry-run', `backup ${COPY}`])(
  '%s takes a database below a file (ENOTDIR) for unreachable, not for absent',
  async (words) => {
    const file = join(world.folder, 'plain', 'x.db');
    const env = { SHARETRAIL_DATABASE: `sqlite:${file}` };
    const { code, stdout, stderr } = await world.run(words, { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`the database file cannot be reached: ${file} (`);
  },
);

test('a symbolic link to itself (ELOOP) is unreachable', () => {
  const file = join(world.folder, 'loop.db');
  symlinkSync(file, file);
  expect(() => databaseFileExists(file)).toThrow('its path has a symbolic link to itself');
});

test('control: an absent database is a new installation', async () => {
  const env = { SHARETRAIL_DATABASE: `sqlite:${join(world.folder, 'absent', 'x.db')}` };
  expect(await world.run('status --json', { env })).toMatchObject({ code: 0, stderr: '' });
});
