import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bytesText } from '../../src/lib/format.ts';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

let world: CliWorld;

beforeEach(async () => {
  world = await startCliWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

test('prints the size, the file and how to restore it, as text or as JSON', async () => {
  world.deliver(3);
  await world.run('sync');
  const file = join(world.folder, 'copy.db');
  const { code, stdout, stderr } = await world.run('backup copy.db');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [copied, restore] = stdout.trimEnd().split('\n');
  expect(copied).toBe(`Copied ${bytesText(statSync(file).size)} to ${file}.`);
  expect(restore).toContain(
    `To put it in place of ${world.databaseFile}, stop sharetrail and run \``,
  );
  expect(restore).toContain(` restore ${file} --config `);
  const again = await world.run('backup copy.db --json');
  expect(JSON.parse(again.stdout)).toEqual({
    file,
    bytes: statSync(file).size,
    database: world.databaseFile,
  });
});

test('after a restore, sync resumes where the copy ended and sends nothing twice', async () => {
  world.deliver(3);
  await world.run('sync');
  await world.run('backup copy.db');
  const env = { SHARETRAIL_DATABASE: `sqlite:${join(world.folder, 'copy.db')}` };
  expect((await world.run('sync', { env })).code).toBe(0);
  expect(world.sandbox.gong.byStatus).toEqual({ 200: 3 });
});

test('copies a database with an earlier schema unchanged, for a backup before an upgrade', async () => {
  await world.run('sync');
  world.query("delete from kysely_migration where name > '0001-outbox'");
  expect((await world.run('backup copy.db')).code).toBe(0);
  const copy = new Sqlite(join(world.folder, 'copy.db'), { readonly: true });
  expect(copy.prepare('select count(*) from kysely_migration').pluck().get()).toBe(1);
  copy.close();
});

test('rejects PostgreSQL, prints the command of pg_dump, and hides the password', async () => {
  const command =
    'pg_dump --format=custom --schema=sharetrail ' +
    `--file=${join(world.folder, 'copy.db')} postgres://user@db.example/sharetrail`;
  const env = { SHARETRAIL_DATABASE: 'postgres://user:hushhush@db.example/sharetrail' };
  const { code, stderr } = await world.run('backup copy.db', { env });
  expect(code).toBe(2);
  expect(stderr).toContain(command);
  expect(stderr).not.toContain('hushhush');
});

test('exits with 2 and leaves no file if the copy cannot be written', async () => {
  await world.run('sync');
  const before = readdirSync(world.folder);
  const { code, stderr } = await world.run('backup none/copy.db');
  expect(code).toBe(2);
  expect(stderr).toContain(`Create the folder ${join(world.folder, 'none')} first`);
  expect(readdirSync(world.folder)).toEqual(before);
});

test.each([
  [0, '0 kB'],
  [1, '1 kB'],
  [999_000, '999 kB'],
  [12_345_678, '12.3 MB'],
  [2_500_000_000, '2.5 GB'],
])('%d bytes: %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
