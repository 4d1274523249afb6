import { describe, expect, test } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { type CliWorld, startCliWorld, TENANT } from '../support/cli-world.ts';
import { holesOf, problemsOf } from '../support/exactly-once.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';
import { until } from '../support/until.ts';

/** of the sandbox's tenant */
const CONCURRENCY = 4;

const PAGE = { since: 'insert into "event"' } as const;
const POINTS: readonly (readonly [string, KillPoint])[] = [
  ['the lease is taken, no run is recorded', { at: 'insert into "run"', when: 'before' }],
  ['the first page is read, nothing stored', { at: 'insert into "event"', when: 'before' }],
  ['a page is stored, its cursor is not', { at: 'insert into "cursor"', when: 'before' }],
  ['a page and its cursor are stored, not committed', { ...PAGE, at: '^commit', when: 'before' }],
  ['a page is committed, nothing sent', { ...PAGE, at: '^commit', when: 'after' }],
  [
    'a call is counted, not sent',
    { at: '^commit', since: 'insert into "call"', when: 'after', skip: 2 },
  ],
  ['Gong has responded, nothing is written', { at: 'insert into "attempt"', when: 'before' }],
  [
    'attempt and event are written, not committed',
    { at: '^commit', since: 'update "event"', when: 'before' },
  ],
  ['all is sent, the run’s end is not recorded', { at: 'update "run"', when: 'before' }],
  ['all is done, the lease is not released', { at: 'delete from "lease"', when: 'before' }],
];

describe('killed at a statement of its database', () => {
  test.each(POINTS)('%s: the next run completes the work', async (_, point) => {
    await using world = await startCliWorld();
    const ids = world.deliver(30);

    await killedAt(world, point);
    noHoles(world, ids);

    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
  });

  test('between two pages: the first is kept, and reading resumes after it', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(2_100);
    const second = { at: 'insert into "cursor"', when: 'before', skip: 1 } as const;

    await killedAt(world, second, 'sync --no-push');
    expect(countEvents(world)).toBe(2_000);
    noHoles(world, ids);

    world.sandbox.salesforce.resetCounters();
    expect(await world.run('sync --no-push')).toMatchObject({ code: 0 });
    expect(countEvents(world)).toBe(2_100);
    noHoles(world, ids);
    const { rows } = world.sandbox.salesforce.counters;
    expect(rows, 'rows read the second time').toBeLessThan(500);
  });
});

/** What the process waits for. */
const WAITS: readonly (readonly [string, Omit<FaultRule, 'action'>])[] = [
  ['for its token', { vendor: 'salesforce', pathIncludes: '/oauth2/token' }],
  ['for the list of deliveries', { vendor: 'salesforce', pathIncludes: '/query' }],
  ['for a page’s look-up', { vendor: 'salesforce', pathIncludes: '/composite' }],
  ['for Gong, which has not received the request', { vendor: 'gong', skip: 5 }],
];

describe('killed while it waits', () => {
  test.each(WAITS)(
    '%s: the next run starts immediately and completes the work',
    async (_, rule) => {
      await using world = await startCliWorld();
      const ids = world.deliver(20);
      const barrier = world.barrier(rule);
      const command = world.start('sync');
      await barrier.reached();
      command.kill('SIGKILL');
      expect(await command.ended()).toMatchObject({ code: 'SIGKILL' });
      noHoles(world, ids);
      world.sandbox.faults.clear();

      expect(await world.run('sync')).toMatchObject({ code: 0 });
      expect(problemsOf(world, ids)).toEqual([]);
    },
  );

  test('for Gong, which has processed the requests: they are repeated, and 409 is success', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    const action = { kind: 'hang', processed: true } as const;
    world.sandbox.faults.add({ vendor: 'gong', skip: 5, action });
    const command = world.start('sync');
    await until(() => world.sandbox.gong.events.length === 5 + CONCURRENCY);
    command.kill('SIGKILL');
    await command.ended();
    world.sandbox.faults.clear();

    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
    const repeated = world.sandbox.gong.byStatus[409] ?? 0;
    expect(repeated).toBeGreaterThanOrEqual(CONCURRENCY);
    expect(repeated).toBeLessThanOrEqual(CONCURRENCY + 5);
  });

  test('between a page’s commit and its first request: the next run sends pending events', async () => {
    await using world = await startCliWorld();
    const first = world.deliver(1);
    world.configure({ gong: { callsPerSecond: 0.1 } });
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    const ids = [...first, ...world.deliver(20)];
    const command = world.start('sync');
    await until(() => countEvents(world) === ids.length);
    command.kill('SIGKILL');
    await command.ended();
    expect(world.sandbox.gong.events).toHaveLength(first.length);

    world.configure({ gong: { callsPerSecond: 1_000 } });
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
  });
});

function noHoles(world: CliWorld, ids: readonly string[]): void {
  expect(holesOf(world, ids)).toEqual([]);
}

async function killedAt(world: CliWorld, point: KillPoint, words = 'sync'): Promise<void> {
  const env = { KILL_POINT: JSON.stringify(point) };
  const { code } = await world.run(words, { preloads: ['kill-at.ts'], env });
  expect(code).toBe('SIGKILL');
}

function countEvents(world: CliWorld): number {
  const [row] = world.query<{ events: number }>(
    'select count(*) as events from event where tenant = ?',
    TENANT,
  );
  return row?.events ?? 0;
}
