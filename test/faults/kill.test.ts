import { describe, expect, onTestFailed, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import { ON_SQLITE } from '../support/database.ts';
import { holesOf, problemsOf } from '../support/exactly-once.ts';
import { CURSOR_BEFORE_PAGE, UNSTABLE_EVENT_ID } from '../support/kill-sabotages.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';
import { chooseSeed, repeatLine, runUntilDone } from '../support/random-kills.ts';

const SHARES = 300;
const SYNC = { words: 'sync --json', requestsMax: 90 };
/** of the sandbox's tenant */
const CONCURRENCY = 4;

describe('killed at random moments, until one run completes', () => {
  test('300 shares are in Gong exactly once, and few requests were repeated', async () => {
    const seed = announcedSeed();
    await using world = await startCliWorld();
    const ids = world.deliver(SHARES);

    let unrecorded = 0;
    const { kills } = await runUntilDone(world, {
      ...SYNC,
      seed,
      afterKill: () => {
        noHoles(world, ids);
        unrecorded += acceptedButNotRecorded(world);
      },
    });

    expect(problemsOf(world, ids)).toEqual([]);
    expect(kills).toBeGreaterThan(0);
    // Only what is in flight at a kill, or answered and being committed, is sent again: no settled
    // event is forgotten. The sandbox can receive the former after the kill.
    const { 409: repeated = 0 } = world.sandbox.gong.byStatus;
    expect(repeated).toBeLessThanOrEqual(unrecorded + kills * CONCURRENCY);
    // A commit of PostgreSQL takes longer, so more responses wait for it.
    if (ON_SQLITE) expect(repeated).toBeLessThanOrEqual(kills * 2 * CONCURRENCY);
  });

  test('the same while Gong loses responses, truncates them, and breaks connections', async () => {
    const seed = announcedSeed();
    await using world = await startCliWorld();
    const ids = world.deliver(SHARES);
    for (const kind of ['lose-answer', 'cut', 'reset'] as const) {
      world.sandbox.faults.add({ vendor: 'gong', probability: 0.04, seed, action: { kind } });
    }

    await runUntilDone(world, { ...SYNC, seed, afterKill: () => noHoles(world, ids) });

    expect(problemsOf(world, ids)).toEqual([]);
  });
});

describe('control: without the guard, the same kill causes a problem', () => {
  test('an eventId that depends on more than the share’s facts sends shares twice', async () => {
    const problems = await killedWithout(UNSTABLE_EVENT_ID, {
      since: 'insert into "event"',
      at: '^commit',
      when: 'after',
    });
    expect(problems).toContainEqual(expect.stringMatching(/^Gong has 05D\w+ [23] times$/));
  });

  test('a cursor that is committed before its page loses shares', async () => {
    const problems = await killedWithout(CURSOR_BEFORE_PAGE, {
      at: 'insert into "event"',
      when: 'before',
    });
    expect(problems).toContainEqual(expect.stringMatching(/^Gong has 05D\w+ 0 times$/));
  });

  test('the check detects a lost share, a duplicate, an unknown one, and a wrong count', async () => {
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
    expect(holesOf(world, ids)).toEqual([`the cursor is past ${second}, which has no row`]);
    const problems = problemsOf(world, [first, second, lost]).join('\n');
    for (const part of [
      `Gong has ${second} 2 times`,
      `Gong has ${ids[2]}, which was not shared`,
      `Gong has ${lost} 0 times`,
      `salesforce:${second} has no row`,
      `salesforce:${ids[2]} is not a share of the org`,
      'the cursor is at',
      'Gong saw 4 calls, 3 are counted',
    ]) {
      expect(problems).toContain(part);
    }
  });
});

function announcedSeed(): number {
  const seed = chooseSeed();
  onTestFailed(() => {
    process.stderr.write(`${repeatLine(seed, 'kill.test.ts')}\n`);
  });
  return seed;
}

/** How many events Gong has that the database counts as not sent. */
function acceptedButNotRecorded(world: CliWorld): number {
  const settled = world.query("select 1 from event where state in ('delivered', 'duplicate')");
  return world.sandbox.gong.events.length - settled.length;
}

function noHoles(world: CliWorld, ids: readonly string[]): void {
  expect(holesOf(world, ids)).toEqual([]);
}

/** Kills a run, then runs to the end, both without the guard. */
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
