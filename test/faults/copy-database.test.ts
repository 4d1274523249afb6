import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/command.ts';
import { COPY_LIMITS } from '../../src/db/limits.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import { startCommand } from '../support/command.ts';
import { emptyDatabase, heldLease, migratedFile, ON_SQLITE } from '../support/database.ts';
import { batchOf, eventSeries } from '../support/events.ts';
import { contentOf, fillEmptyTables } from '../support/filled-database.ts';
import { untilLogged } from '../support/follow.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';

const EVENTS = 2 * COPY_LIMITS.rowsPerPage + 50;

/** Statements of FROM, an SQLite file in both projects. */
const POINTS: readonly (readonly [string, KillPoint])[] = [
  ['FROM is locked, TO does not exist', { at: 'from "lease"', when: 'after' }],
  ['TO is marked, no row is copied', { at: 'from "run"', when: 'before' }],
  ['some tables are complete', { at: 'from "grant"', when: 'before' }],
  ['a page of events is committed', { at: 'from "event" where .* > ', when: 'before' }],
  ['all rows are copied, not compared', { at: 'from "event_count"', when: 'before' }],
];
/** Statements of TO. */
const POINTS_OF_A_FILE: readonly (readonly [string, KillPoint])[] = [
  ['a page of events is written, not committed', { at: 'insert into "attempt"', when: 'after' }],
  ['all is compared, TO is still marked', { at: 'drop table "unfinished_copy"', when: 'before' }],
  [
    'the mark is removed, not committed',
    { at: '^commit', since: 'drop table "unfinished_copy"', when: 'before' },
  ],
];

async function startCopy() {
  const from = await migratedFile();
  const lease = await heldLease(from.db, systemClock.now());
  await commitBatch(from.db, lease, batchOf(eventSeries(EVENTS)));
  await sql`delete from lease`.execute(from.db);
  await fillEmptyTables(from.db);
  const to = await emptyDatabase();
  const words = ['copy-database', from.setting, to.setting, '--json'];
  const run = (options: { readonly killedAt?: KillPoint } = {}) => {
    const { killedAt } = options;
    const kill = {
      preloads: ['kill-at.ts'],
      env: { KILL_POINT: JSON.stringify(killedAt) },
    };
    return startCommand(words, { cwd: from.folder, ...(killedAt && kill) }).ended();
  };
  return { from, to, run };
}

describe('copy-database is killed', () => {
  test.each(ON_SQLITE ? [...POINTS, ...POINTS_OF_A_FILE] : POINTS)(
    '%s: FROM is free, and the same command completes the copy',
    async (_, killedAt) => {
      const { from, to, run } = await startCopy();
      const before = await contentOf(from.db);
      expect(await run({ killedAt })).toMatchObject({ code: 'SIGKILL', stdout: '' });
      expect(await contentOf(from.db)).toEqual(before);
      await heldLease(from.db, systemClock.now());
      await sql`delete from lease`.execute(from.db);

      const again = await run();
      expect(again).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(again.stdout)).toMatchObject({ complete: true });
      expect(await contentOf(to.open())).toEqual(before);
    },
  );
});

describe('copy-database next to `start`', () => {
  test('refuses while it is idle, and copies once it has ended or was killed', async () => {
    await using world = await startCliWorld({ onSqlite: true });
    world.configure({ schedule: '0 2 * * *' });
    await world.run('sync');
    await world.run('backup copy.db');
    const { setting } = await emptyDatabase();
    const copy = () =>
      world.run(`copy-database sqlite:${world.databaseFile} \${TARGET}`, {
        env: { TARGET: setting },
      });
    const idle = await startIdle(world);
    const refused = await copy();
    expect(refused).toMatchObject({ code: EXIT.busy, stdout: '' });
    expect(refused.stderr).toContain('FROM: `start` or `worker` is running');
    expect(refused.stderr).toContain('Stop `sharetrail start` and all workers');
    expect(await world.run('restore copy.db')).toMatchObject({
      code: EXIT.couldNotRun,
      stderr: expect.stringContaining('the database is in use: `start` or `worker` is running'),
    });
    idle.kill('SIGTERM');
    expect(await idle.ended()).toMatchObject({ code: 0 });
    expect(world.query('select * from lease')).toEqual([]);

    const killed = await startIdle(world);
    killed.kill('SIGKILL');
    await killed.ended();
    expect(await copy()).toMatchObject({ code: 0, stderr: '' });
  });
});

async function startIdle(world: CliWorld) {
  const idle = world.start('start');
  await untilLogged(idle, 'tenants scheduled');
  await expect
    .poll(() => world.query("select * from lease where name like 'tenant %'"))
    .toEqual([]);
  return idle;
}

/** If the rows piled up in memory, they would need more than 100 MB. */
const [FEW, MANY] = [1_000, 50_000];
const PEAK_DIFFERENCE_MEGABYTES_MAX = 50;

test('copy-database needs as much memory for many rows as for few', async () => {
  const peaks: number[] = [];
  for (const count of [FEW, MANY]) {
    const from = await migratedFile();
    await sql`
      insert into event (
        tenant, event_id, source, state, priority, shared_at, share, body, created_at, updated_at
      )
      with recursive numbers (number) as (
        select 1 union all select number + 1 from numbers where number < ${count}
      )
      select 'acme', 'event-' || number, 'salesforce', 'delivered', 0, number,
        hex(randomblob(500)), hex(randomblob(500)), number, number
      from numbers
    `.execute(from.db);
    const to = await emptyDatabase();
    const ended = await startCommand(['copy-database', from.setting, to.setting, '--json'], {
      cwd: from.folder,
      preloads: ['peak-memory.ts'],
    }).ended();
    expect(JSON.parse(ended.stdout)).toMatchObject({ complete: true });
    peaks.push(Number(/peak megabytes: (\d+)/.exec(ended.stderr)?.[1]));
  }
  const [few = Number.NaN, many = Number.NaN] = peaks;
  expect(many - few, `peaks: ${peaks.join(', ')} MB`).toBeLessThan(PEAK_DIFFERENCE_MEGABYTES_MAX);
});
