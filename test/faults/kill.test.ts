import { describe, expect, onTestFailed, test } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { type CliWorld, startCliWorld, TENANT } from '../support/cli-world.ts';
import { holesOf, problemsOf } from '../support/exactly-once.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';
import { chooseSeed, repeatLine, syncUntilDone } from '../support/random-kills.ts';
import { until } from '../support/until.ts';

const SHARES = 300;
/** of the tenant that the sandbox's configuration describes */
const CONCURRENCY = 4;

describe('killed at random moments, again and again until a run ends by itself', () => {
  test('300 shares are in Gong exactly once, and hardly any request was repeated', async () => {
    const seed = announcedSeed();
    await using world = await startCliWorld();
    const ids = world.deliver(SHARES);

    const { kills } = await syncUntilDone(world, { seed, afterKill: () => noHoles(world, ids) });

    expect(problemsOf(world, ids)).toEqual([]);
    expect(kills).toBeGreaterThan(0);
    // Only what was in flight at a kill is sent again: nothing is forgotten that was settled.
    const { 409: repeated = 0 } = world.sandbox.gong.byStatus;
    expect(repeated).toBeLessThanOrEqual(kills * CONCURRENCY);
  });

  test('the same while Gong loses answers, cuts them and breaks connections', async () => {
    const seed = announcedSeed();
    await using world = await startCliWorld();
    const ids = world.deliver(SHARES);
    for (const kind of ['lose-answer', 'cut', 'reset'] as const) {
      world.sandbox.faults.add({ vendor: 'gong', probability: 0.04, seed, action: { kind } });
    }

    await syncUntilDone(world, { seed, afterKill: () => noHoles(world, ids) });

    expect(problemsOf(world, ids)).toEqual([]);
  });
});

const PAGE = { since: 'insert into "event"' } as const;
const POINTS: readonly (readonly [string, KillPoint])[] = [
  ['the lease is taken, no run begun', { at: 'insert into "run"', when: 'before' }],
  ['the first page is read, nothing stored', { at: 'insert into "event"', when: 'before' }],
  ['half of a page is stored', { at: 'insert into "event"', when: 'after' }],
  ['a page is stored, its cursor is not', { at: 'insert into "cursor"', when: 'before' }],
  ['a page and its cursor are stored, not committed', { ...PAGE, at: '^commit', when: 'before' }],
  ['a page is committed, nothing sent', { ...PAGE, at: '^commit', when: 'after' }],
  [
    'a call is counted, not sent',
    { at: '^commit', since: 'insert into "call"', when: 'after', skip: 2 },
  ],
  ['Gong has answered, nothing is written', { at: 'insert into "attempt"', when: 'before' }],
  ['the attempt is written, its event is not', { at: 'update "event"', when: 'before', skip: 1 }],
  [
    'attempt and event are written, not committed',
    { at: '^commit', since: 'update "event"', when: 'before' },
  ],
  ['all is sent, the run’s end is not written', { at: 'update "run"', when: 'before' }],
  ['all is done, the lease is not given back', { at: 'delete from "lease"', when: 'before' }],
];

describe('killed at a statement of its database', () => {
  test.each(POINTS)('%s: the next run makes it whole', async (_, point) => {
    await using world = await startCliWorld();
    const ids = world.deliver(120);

    await killedAt(world, point);
    noHoles(world, ids);

    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
  });

  test('between two pages: the first stays, and reading goes on behind it', async () => {
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

/** What the process was waiting for, and how often Gong then says that it knows an event. */
const WAITS: readonly (readonly [string, Omit<FaultRule, 'action'>])[] = [
  ['for its token', { vendor: 'salesforce', pathIncludes: '/oauth2/token' }],
  ['for the list of deliveries', { vendor: 'salesforce', pathIncludes: '/query' }],
  ['for a page’s look-up', { vendor: 'salesforce', pathIncludes: '/composite' }],
  ['for Gong, which has not seen the request', { vendor: 'gong', skip: 5 }],
];

describe('killed while it waits', () => {
  test.each(WAITS)('%s: the next run starts at once and makes it whole', async (_, rule) => {
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
  });

  test('for Gong, which has worked on the requests: they are repeated, and their 409 is success', async () => {
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

  test('between a page’s commit and its first request: what waits is sent by the next run', async () => {
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

describe('control: without the guard, the same kill is noticed', () => {
  test('an eventId that is not made from the share’s facts alone sends shares twice', async () => {
    const problems = await killedWithout(
      {
        file: 'event/event-id.ts',
        find: 'share.shareId',
        put: 'share.shareId + process.pid',
      },
      { ...PAGE, at: '^commit', when: 'after' },
    );
    expect(problems).toContainEqual(expect.stringMatching(/^Gong has 05D\w+ [23] times$/));
  });

  test('a cursor that is committed before its page loses shares', async () => {
    const problems = await killedWithout(
      {
        file: 'outbox/commit.ts',
        find: 'const { tenant, now } = batch;',
        put: `const { tenant, now } = batch;
          if (batch.cursor) await writeCursor(db, { tenant, updatedAt: now, ...batch.cursor });`,
      },
      { at: 'insert into "event"', when: 'before' },
    );
    expect(problems).toContainEqual(expect.stringMatching(/^Gong has 05D\w+ 0 times$/));
  });

  test('the check itself sees a lost share, a doubled one, a strange one and a broken count', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(3);
    await world.run('sync');
    expect(problemsOf(world, ids)).toEqual([]);
    const [first = '', second = ''] = ids;
    const [event] = world.sandbox.gong.events;
    const { gong } = world.sandbox.credentials;
    const basic = Buffer.from(`${gong.accessKey}:${gong.accessKeySecret}`).toString('base64');
    await fetch(`${world.sandbox.origins.gong}/v2/customer-engagement/content/shared`, {
      method: 'PUT',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...event?.body, eventId: 'another', shareId: second }),
    });
    world.query('delete from attempt where event_id = ?', `salesforce:${second}`);
    world.query('delete from event where event_id = ?', `salesforce:${second}`);
    const lost = world.sandbox.salesforce.deliver({ title: 'Never read' }).deliveryId;
    expect(holesOf(world, ids)).toEqual([`the cursor stands past ${second}, which has no row`]);
    const problems = problemsOf(world, [first, second, lost]).join('\n');
    for (const part of [
      `Gong has ${second} 2 times`,
      `Gong has ${ids[2]}, which nobody shared`,
      `Gong has ${lost} 0 times`,
      `salesforce:${second} has no row`,
      `salesforce:${ids[2]} is no share of the org`,
      'the cursor stands at',
      'Gong saw 4 calls, 3 are counted',
    ]) {
      expect(problems).toContain(part);
    }
  });
});

function announcedSeed(): number {
  const seed = chooseSeed();
  onTestFailed(() => {
    process.stderr.write(`${repeatLine(seed)}\n`);
  });
  return seed;
}

function noHoles(world: CliWorld, ids: readonly string[]): void {
  expect(holesOf(world, ids)).toEqual([]);
}

async function killedAt(world: CliWorld, point: KillPoint, words = 'sync'): Promise<void> {
  const env = { KILL_POINT: JSON.stringify(point) };
  const { code } = await world.run(words, { preloads: ['kill-at.ts'], env });
  expect(code).toBe('SIGKILL');
}

/** A run that is killed, then whole ones: all with a guard less. */
async function killedWithout(sabotage: Sabotage, point: KillPoint): Promise<string[]> {
  await using world = await startCliWorld();
  const ids = world.deliver(5);
  const env = { SABOTAGE: JSON.stringify(sabotage) };
  const killed = { ...env, KILL_POINT: JSON.stringify(point) };
  const first = await world.run('sync', { preloads: ['sabotage.ts', 'kill-at.ts'], env: killed });
  expect(first.code).toBe('SIGKILL');
  expect(await world.run('sync', { preloads: ['sabotage.ts'], env })).toMatchObject({ code: 0 });
  return problemsOf(world, ids);
}

function countEvents(world: CliWorld): number {
  const [row] = world.query<{ events: number }>(
    'select count(*) as events from event where tenant = ?',
    TENANT,
  );
  return row?.events ?? 0;
}
