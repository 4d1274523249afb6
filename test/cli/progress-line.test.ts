import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { progressLine, startProgress } from '../../src/cli/terminal/progress-line.ts';
import { displayWidth } from '../../src/cli/terminal/width.ts';
import { memoryIo } from '../support/cli/memory-io.ts';
import { ManualClock } from '../support/manual-clock.ts';

const CLEAR = '\r\u001b[K';

async function elapse(clock: ManualClock, ms: number) {
  clock.advance(ms);
  await nextTick();
}

describe('the progress line', () => {
  it('appears at the first update, without any wait, and disappears at the end', async () => {
    const clock = new ManualClock();
    const { io, stderr } = memoryIo({ columns: 80 });
    const progress = startProgress({ io, clock });
    expect(stderr()).toBe('');
    progress.update({ label: 'sent', done: 0, total: 10 });
    expect(stderr()).toBe(`${CLEAR}sent  [${' '.repeat(24)}]  0/10  0.0/s`);
    progress.end();
    const ended = stderr();
    expect(ended.endsWith(CLEAR)).toBe(true);
    await elapse(clock, 1_000);
    expect(stderr()).toBe(ended);
    expect(clock.sleepers).toBe(0);
  });

  it('follows the clock even without updates', async () => {
    const clock = new ManualClock();
    const { io, stderr } = memoryIo({ columns: 80 });
    using progress = startProgress({ io, clock });
    progress.update({ label: 'sent', done: 0 });
    progress.update({ label: 'sent', done: 10 });
    await elapse(clock, 10_000);
    expect(stderr().endsWith(`${CLEAR}sent  10  1.0/s`)).toBe(true);
  });

  it('is redrawn at most ten times per second, regardless of the updates', async () => {
    const clock = new ManualClock();
    const { io, stderr } = memoryIo({ columns: 80 });
    using progress = startProgress({ io, clock });
    progress.update({ label: 'sent', done: 0, total: 1_000 });
    await elapse(clock, 1_000);
    const before = stderr().split(CLEAR).length;
    for (let done = 0; done < 1_000; done++) {
      progress.update({ label: 'sent', done, total: 1_000 });
      await elapse(clock, 1);
    }
    expect(stderr().split(CLEAR).length - before).toBe(10);
  });

  it('makes room for other output on both streams', async () => {
    const clock = new ManualClock();
    const { io, stdout, stderr } = memoryIo({ columns: 80 });
    using progress = startProgress({ io, clock });
    progress.update({ label: 'sent', done: 1 });
    await elapse(clock, 1_000);
    const line = stderr().slice(CLEAR.length);
    io.err('a log line\n');
    expect(stderr().endsWith(`${line}${CLEAR}a log line\n${line}`)).toBe(true);
    await io.out('a result\n');
    expect(stdout()).toBe('a result\n');
    expect(stderr().endsWith(`${CLEAR}${line}`)).toBe(true);
  });

  it.each([
    ['a pipe', memoryIo()],
    ['a dumb terminal', memoryIo({ columns: 80, environment: { TERM: 'dumb' } })],
  ])('writes nothing to %s', async (_what, { io, stderr }) => {
    const clock = new ManualClock();
    using progress = startProgress({ io, clock });
    progress.update({ label: 'sent', done: 1, total: 2 });
    await elapse(clock, 5_000);
    expect(stderr()).toBe('');
  });

  const label = 'acme sent';
  const state = { first: 0, elapsedMs: 10_000 };

  it.each([
    [
      { done: 1_250, total: 5_000 },
      'acme sent  [======                  ]  1,250/5,000  125/s  30 s left',
    ],
    [{ done: 5_000, total: 5_000 }, 'acme sent  [========================]  5,000/5,000  500/s'],
    [
      { done: 20, total: 5_000 },
      'acme sent  [                        ]  20/5,000  2.0/s  41 min left',
    ],
    [{ done: 20 }, 'acme sent  20  2.0/s'],
    [{ done: 1, total: 10_000_000 }, 'acme sent  [                        ]  1/10,000,000  0.1/s'],
  ])('shows %j as %j', (counts, line) => {
    expect(progressLine({ ...state, counts: { label, ...counts } }, 100)).toBe(line);
  });

  it('computes the rate from its own work only', () => {
    const resumed = { ...state, first: 4_000, counts: { label, done: 4_100, total: 5_000 } };
    expect(progressLine(resumed, 80)).toContain('10/s  1 min 30 s left');
  });

  it('shows a note instead of an estimate, for work that takes days', () => {
    const counts = { label, done: 1_250, total: 5_000, note: 'day 4 of 11' };
    const line = 'acme sent  [======                  ]  1,250/5,000  125/s  day 4 of 11';
    expect(progressLine({ ...state, counts }, 100)).toBe(line);
    expect(progressLine({ ...state, counts }, 40)).toBe('acme sent  1,250/5,000  day 4 of 11');
  });

  it('restarts the rate when the label changes', async () => {
    const clock = new ManualClock();
    const { io, stderr } = memoryIo({ columns: 80 });
    using progress = startProgress({ io, clock });
    progress.update({ label: 'read', done: 0, total: 1_000 });
    await elapse(clock, 9_000);
    progress.update({ label: 'sent', done: 100, total: 200 });
    await elapse(clock, 1_000);
    progress.update({ label: 'sent', done: 110, total: 200 });
    await elapse(clock, 1_000);
    expect(stderr().split(CLEAR).at(-1)).toContain('110/200  5.0/s  18 s left');
  });

  it('omits the bar, the rate and the label on narrow terminals, in this order, and never wraps', () => {
    const narrow = { ...state, counts: { label, done: 1_250, total: 5_000 } };
    const lines = [80, 60, 45, 36, 24, 12].map((columns) => progressLine(narrow, columns));
    expect(lines).toEqual([
      'acme sent  [======                  ]  1,250/5,000  125/s  30 s left',
      'acme sent  [===            ]  1,250/5,000  125/s  30 s left',
      'acme sent  1,250/5,000  125/s  30 s left',
      'acme sent  1,250/5,000  30 s left',
      'acme sent  1,250/5,000',
      '1,250/5,000',
    ]);
    for (let columns = 1; columns < 100; columns++) {
      expect(displayWidth(progressLine(narrow, columns))).toBeLessThan(columns);
    }
  });
});
