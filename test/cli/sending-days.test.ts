import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { CommandSession } from '../../src/cli/command-session.ts';
import { type RunsProgressOptions, startRunsProgress } from '../../src/cli/runs/runs-progress.ts';
import { sendingDays } from '../../src/operator/sending-days.ts';
import type { Progress } from '../../src/runs/progress.ts';
import { memoryIo } from '../support/cli/memory-io.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('days of sending', () => {
  test.each([
    [{ settled: 0, waiting: 0 }, 1, 1],
    [{ settled: 0, waiting: 100 }, 1, 1],
    [{ settled: 0, waiting: 101 }, 1, 2],
    [{ settled: 99, waiting: 1_001 }, 1, 11],
    [{ settled: 100, waiting: 1_000 }, 2, 11],
    [{ settled: 350, waiting: 750 }, 4, 11],
    [{ settled: 1_100, waiting: 0 }, 11, 11],
    [{ settled: 1_000, waiting: 0 }, 10, 10],
  ])('%j at 100 a day: day %i of %i', (backlog, day, days) => {
    expect(sendingDays(backlog, 100)).toEqual({ day, days });
  });
});

/** The progress line after these states. */
async function lineAfter(
  states: readonly (readonly [tenant: string, state: Progress])[],
  options: RunsProgressOptions,
): Promise<string> {
  const clock = new ManualClock();
  const { io, stderr } = memoryIo({ columns: 120 });
  const tenants = ['acme', 'other'].map((tenant) => ({ tenant }));
  const session = { context: { clock }, input: { io }, tenants } as unknown as CommandSession;
  using progress = startRunsProgress(session, options);
  for (const [tenant, state] of states) progress.of(tenant)(state);
  clock.advance(1_000);
  await nextTick();
  return stderr().split('\u001b[K').at(-1)?.split('  ').join(' ') ?? '';
}

const NONE = { found: 0, queued: 0, settled: 0, calls: 0 };

describe('the progress line of several runs', () => {
  test('shows the shares read out of the total, and the day of sending', async () => {
    const state = {
      found: 600,
      queued: 600,
      settled: 20,
      calls: 3,
      read: { done: 600, total: 1_200 },
    };
    const backlogs = new Map([['acme', { settled: 330, waiting: 150, callsPerDay: 100 }]]);
    const line = await lineAfter([['acme', state]], { push: 'send', backlogs });
    expect(line).toContain('shares read [============');
    expect(line).toContain('600/1,200');
    // 330 + 20 are sent, 150 + 600 - 20 wait.
    expect(line).toContain('day 4 of 11');
  });

  test('changes to the events sent once all shares are read', async () => {
    const state = {
      found: 50,
      queued: 50,
      settled: 20,
      calls: 3,
      read: { done: 1_200, total: 1_200 },
    };
    const backlogs = new Map([['acme', { settled: 0, waiting: 0, callsPerDay: 100 }]]);
    const line = await lineAfter([['acme', state]], { push: 'send', backlogs });
    expect(line).toContain('events sent');
    expect(line).toContain('20/50');
    expect(line).not.toContain('day');
  });

  test('counts the calls from the start, before a share is found', async () => {
    expect(await lineAfter([], { push: 'send' })).toContain('reading; calls made 0');
    const line = await lineAfter([['acme', { ...NONE, calls: 12 }]], { push: 'send' });
    expect(line).toContain('reading; calls made 12');
  });

  test('counts the shares found if nothing is sent', async () => {
    const line = await lineAfter([['acme', { ...NONE, found: 7 }]], { push: 'queue-only' });
    expect(line).toContain('shares found 7');
  });

  test('sums all tenants, and shows the days of the slowest', async () => {
    const states: [string, Progress][] = [
      ['acme', { found: 10, queued: 10, settled: 5, calls: 1 }],
      ['other', { found: 30, queued: 30, settled: 1, calls: 1 }],
    ];
    const backlogs = new Map([
      ['acme', { settled: 0, waiting: 240, callsPerDay: 100 }],
      ['other', { settled: 0, waiting: 300, callsPerDay: 100 }],
    ]);
    const line = await lineAfter(states, { push: 'send', backlogs });
    expect(line).toContain('6/40');
    expect(line).toContain('day 1 of 4');
  });

  test('control: shows no days for a sync', async () => {
    const state = { found: 1_000, queued: 1_000, settled: 5, calls: 9 };
    const line = await lineAfter([['acme', state]], { push: 'send' });
    expect(line).toContain('5/1,000');
    expect(line).not.toContain('day');
  });
});
