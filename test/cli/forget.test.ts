import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliWorld, startCliWorld, TENANT } from '../support/cli-world.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';

const ADA = 'ada@globex.example';

/** True if a file of the database contains the address. */
function isOnDisk(world: CliWorld, email = ADA): boolean {
  return readdirSync(world.folder)
    .filter((name) => name.startsWith('sharetrail.db'))
    .some((name) => readFileSync(join(world.folder, name), 'latin1').includes(email));
}

function states(world: CliWorld): string[] {
  const rows = world.query<{ state: string; reason: string | null }>(
    'select state, reason from event order by shared_at',
  );
  return rows.map(({ state, reason }) => [state, reason].filter(Boolean).join(' '));
}

test('forget --yes erases, says what remains, and syncs from the beginning find nothing', async () => {
  await using world = await startCliWorld();
  world.deliver(2);
  await world.run('sync');
  world.deliver(1);
  await world.run('sync --no-push');
  expect(isOnDisk(world)).toBe(true);

  const ended = await world.run(`forget ${ADA} --yes`);
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain(`${TENANT}: erased 3 events, 0 grants, 0 audit log entries.`);
  expect(ended.stdout).toContain('/v2/data-privacy/erase-data-for-email-address');
  expect(ended.stdout).toContain('Backups and logs made earlier');
  expect(ended.stdout).not.toContain('restore` left');
  expect(isOnDisk(world)).toBe(false);
  expect(states(world)).toEqual(['delivered', 'delivered', 'skipped forgotten']);

  const again = await world.run('sync --full --json');
  expect(JSON.parse(again.stdout).runs[0]).toMatchObject({
    outcome: 'ok',
    found: { salesforce: 0 },
    queued: 0,
    delivered: 0,
  });
  expect(world.sandbox.gong.events).toHaveLength(2);
  expect(isOnDisk(world)).toBe(false);

  const retried = await world.run('events retry --state skipped --yes');
  expect(retried).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do.') });
  const shown = await world.run(`explain ${ADA}`);
  expect(shown.stdout).toContain('forgotten');
});

test('with --json, it prints the counts by tenant', async () => {
  await using world = await startCliWorld();
  world.deliver(2);
  await world.run('sync');
  const { code, stdout } = await world.run(`forget ${ADA} --yes --json --tenant ${TENANT}`);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    forgotten: { [TENANT]: { events: 2, grants: 0, activities: 0 } },
  });
});

test('it names the files that restore left, which still contain the person', async () => {
  await using world = await startCliWorld();
  world.deliver(2);
  await world.run('sync');
  await world.run('backup copy.db');
  await world.run('restore copy.db');
  const [kept = expect.fail('no database was kept')] = readdirSync(world.folder).filter((name) =>
    name.startsWith('sharetrail.db.replaced-'),
  );
  const named = `can still contain the address. Delete ${join(world.folder, kept)}`;
  const text = await world.run(`forget ${ADA} --yes`);
  expect(text.stdout).toContain(named);
  expect(isOnDisk(world)).toBe(true);
  const json = await world.run(`forget ${ADA} --yes --json`);
  expect(Object.keys(JSON.parse(json.stdout))).toEqual(['forgotten']);
  expect(json.stderr).toContain(named);
  rmSync(join(world.folder, kept));
  expect(isOnDisk(world)).toBe(false);
  writeFileSync(join(world.folder, 'sharetrail.db.restoring'), '');
  writeFileSync(join(world.folder, 'sharetrail.db-other'), '');
  const unfinished = await world.run(`forget ${ADA} --yes`);
  expect(unfinished.stdout).toContain(`Delete ${join(world.folder, 'sharetrail.db.restoring')}.`);
});

test('without a terminal and without --yes, it says what it found and changes nothing', async () => {
  await using world = await startCliWorld();
  world.deliver(2);
  await world.run('sync');
  const { code, stdout, stderr } = await world.run(`forget ${ADA}`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`${TENANT}: 2 events, 0 grants, 0 audit log entries`);
  expect(stderr).toContain('--yes');
  expect(states(world)).toEqual(['delivered', 'delivered']);
  expect(world.query('select * from forgotten')).toEqual([]);
});

test.each(['forget', 'forget ada', 'forget ada@globex --yes'])('%s is an error', async (words) => {
  await using world = await startCliWorld();
  expect(await world.run(words)).toMatchObject({ code: 2, stdout: '' });
});

test('while a run holds the lock, nothing is erased, and the exit code is 3', async () => {
  await using world = await startCliWorld();
  world.deliver(2);
  await world.run('sync');
  world.deliver(1);
  const barrier = world.barrier({ vendor: 'gong' });
  const sync = world.start('sync');
  await barrier.reached();
  const { code, stderr } = await world.run(`forget ${ADA} --yes`);
  expect(code).toBe(3);
  expect(stderr).toContain(`${TENANT} is locked by a run`);
  expect(isOnDisk(world)).toBe(true);
  barrier.open();
  expect(await sync.ended()).toMatchObject({ code: 0 });
});

test('a tenant that is no longer configured is searched, too', async () => {
  await using world = await startCliWorld();
  world.deliver(1);
  await world.run('sync --no-push');
  world.query("update event set tenant = 'gone'");
  const { stdout } = await world.run(`forget ${ADA} --yes --json`);
  expect(JSON.parse(stdout).forgotten).toMatchObject({ gone: { events: 1 } });
  expect(isOnDisk(world)).toBe(false);
});

const KILLS: readonly (readonly [string, KillPoint])[] = [
  ['the hash is stored', { since: 'insert into "forgotten"', at: '^commit', when: 'after' }],
  ['some events are erased', { since: 'update "event"', at: '^commit', when: 'after' }],
  ['the file is rewritten', { at: '^vacuum', when: 'before' }],
  ['the log is emptied', { at: 'wal_checkpoint', when: 'before' }],
];

test.each(KILLS)('killed when %s: the same command completes the work', async (_, point) => {
  await using world = await startCliWorld();
  world.deliver(250);
  await world.run('sync --no-push');
  const env = { KILL_POINT: JSON.stringify(point) };
  const killed = await world.run(`forget ${ADA} --yes`, { preloads: ['kill-at.ts'], env });
  expect(killed.code).toBe('SIGKILL');
  expect(await world.run(`forget ${ADA} --yes`)).toMatchObject({ code: 0 });
  expect(isOnDisk(world)).toBe(false);
  expect(new Set(states(world))).toEqual(new Set(['skipped forgotten']));
});
