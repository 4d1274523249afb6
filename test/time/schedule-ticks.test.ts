import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../src/lib/log.ts';
import { everyMinute } from '../../src/scheduler/ticks.ts';
import { type LogEntry, logInto, MINUTE } from '../support/scheduler-rig.ts';

const BEGIN = Date.UTC(2026, 10, 2, 1, 59, 30);

describe('everyMinute', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: BEGIN });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('ticks at each full minute until it is stopped', async () => {
    const at: number[] = [];
    const ticks = everyMinute(() => at.push(Date.now()), silentLogger);
    await vi.advanceTimersByTimeAsync(3 * MINUTE);
    expect(at).toEqual([0, 1, 2].map((minute) => BEGIN + 30_000 + minute * MINUTE));
    ticks.stop();
    await vi.advanceTimersByTimeAsync(3 * MINUTE);
    expect(at).toHaveLength(3);
  });

  test('ticks within a minute after the machine slept for hours', async () => {
    const at: number[] = [];
    const ticks = everyMinute(() => at.push(Date.now()), silentLogger);
    await vi.advanceTimersByTimeAsync(MINUTE);
    const woken = BEGIN + 5 * 60 * MINUTE + 12_345;
    vi.setSystemTime(woken);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(at[1]).toBe(woken + 30_000);
    ticks.stop();
  });

  test('logs a failed tick and continues', async () => {
    const entries: LogEntry[] = [];
    let calls = 0;
    const failing = () => {
      calls += 1;
      throw new Error('broken');
    };
    const ticks = everyMinute(failing, logInto(entries));
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(calls).toBe(2);
    expect(entries).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'the tick failed' }),
    );
    ticks.stop();
  });
});
