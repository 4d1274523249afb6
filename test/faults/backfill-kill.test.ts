import { describe, expect, onTestFailed, test } from 'vitest';
import { removeDatabase } from '../support/cli-world.ts';
import { historyHoles, historyProblems, startHistoryWorld } from '../support/history-world.ts';
import { CURSOR_BEFORE_PAGE, UNSTABLE_EVENT_ID } from '../support/kill-sabotages.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';
import { chooseSeed, repeatLine, runUntilDone } from '../support/random-kills.ts';

const SHARES = 300;

describe('a backfill of both sources, killed at random moments until one completes', () => {
  test('300 shares are in Gong exactly once, as one uninterrupted backfill reports them', async () => {
    const seed = chooseSeed();
    onTestFailed(() => {
      process.stderr.write(`${repeatLine(seed, 'backfill-kill.test.ts')}\n`);
    });
    const started = await startHistoryWorld(SHARES);
    await using world = started.world;
    const { history } = started;
    // Many pages, so that some kills are between two of them.
    world.sandbox.salesforce.set({ pageRowsMax: 200 });

    const afterKill = () => expect(historyHoles(world, history)).toEqual([]);
    const { words } = history;
    const { kills } = await runUntilDone(world, { words, requestsMax: 220, seed, afterKill });

    expect(kills).toBeGreaterThan(0);
    expect(historyProblems(world, history)).toEqual([]);
    // A repeated backfill finds nothing new.
    const again = await world.run(words);
    expect(JSON.parse(again.stdout)).toMatchObject({
      runs: [{ outcome: 'ok', found: { salesforce: 0, 'google-drive': 0 }, queued: 0, pending: 0 }],
    });
    // With a new database, one uninterrupted run has the same eventIds: Gong knows all of them.
    removeDatabase(world);
    const complete = await world.run(words);
    expect(JSON.parse(complete.stdout)).toMatchObject({
      runs: [{ outcome: 'ok', queued: SHARES, delivered: 0, duplicates: SHARES }],
    });
  });
});

describe('control: without the guard, the same kill causes a problem', () => {
  test('a cursor that is committed before its page loses deliveries', async () => {
    const problems = await killedWithout(CURSOR_BEFORE_PAGE, {
      at: 'insert into "event"',
      when: 'before',
    });
    expect(problems).toContainEqual(expect.stringMatching(/^Gong has 05D\w+ 0 times$/));
  });

  test('an eventId that depends on more than the share’s facts sends shares twice', async () => {
    const problems = await killedWithout(UNSTABLE_EVENT_ID, {
      since: 'insert into "event"',
      at: '^commit',
      when: 'after',
    });
    expect(problems).toContainEqual(expect.stringMatching(/^Gong has 05D\w+ [23] times$/));
  });

  test('entries that are marked as handled before their page is committed lose Drive’s shares', async () => {
    const problems = await killedWithout(
      {
        file: 'sources/drive/process-audit-entries.ts',
        find: 'const handledKeys = handled.map((entry) => entry.key);',
        put: `const handledKeys = handled.map((entry) => entry.key);
          await markHandled(store.db, key, handledKeys);`,
      },
      // The deliveries come first, then Drive's.
      { since: 'update "activity"', at: 'insert into "event"', when: 'before' },
    );
    expect(problems).toContainEqual(expect.stringMatching(/^Gong has 1\w+ 0 times$/));
  });
});

/** Kills a backfill, then runs one to the end, both without the guard. */
async function killedWithout(sabotage: Sabotage, point: KillPoint): Promise<string[]> {
  const started = await startHistoryWorld(8);
  await using world = started.world;
  const { history } = started;
  const env = { SABOTAGE: JSON.stringify(sabotage) };
  const killed = { ...env, KILL_POINT: JSON.stringify(point) };
  const preloads = ['sabotage.ts', 'kill-at.ts'];
  const first = await world.run(history.words, { preloads, env: killed });
  expect(first.code).toBe('SIGKILL');
  const second = await world.run(history.words, { preloads: ['sabotage.ts'], env });
  expect(second).toMatchObject({ code: 0 });
  return historyProblems(world, history);
}
