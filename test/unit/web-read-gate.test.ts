import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { READ_LIMITS } from '../../src/web/limits.ts';
import { Overloaded, ReadGate } from '../../src/web/read-gate.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const READERS = 1_000;
/** A reader's statements block the event loop for this time. */
const READ_MS = 10;
const STEPS = 3_000;
const STEP_MS = 1;

interface Pace {
  /** how long the run took, with the readers in between */
  readonly runMs: number;
  /** readers that were served until the run ended */
  readonly served: number;
}

/** A run whose steps share the thread with readers that all come at once. */
async function paceOf(isRunning: () => boolean): Promise<Pace> {
  const clock = new VirtualClock();
  const gate = new ReadGate({ clock, isRunning });
  const startedAt = clock.now();
  let served = 0;
  let isOver = false;
  const readers = Array.from({ length: READERS }, () =>
    gate.run(async () => {
      if (isOver) return;
      clock.advance(READ_MS);
      served += 1;
    }),
  );
  for (let step = 0; step < STEPS; step += 1) {
    clock.advance(STEP_MS);
    await setImmediate();
  }
  const pace = { runMs: clock.now() - startedAt, served };
  isOver = true;
  await clock.run(Promise.all(readers));
  return pace;
}

describe('readers during a run', () => {
  test('take a quarter of the time, so that the run keeps its pace', async () => {
    const { runMs, served } = await paceOf(() => true);
    const shareOfRun = (STEPS * STEP_MS) / runMs;
    const expected = READ_LIMITS.restFactor / (READ_LIMITS.restFactor + 1);
    expect(shareOfRun).toBeGreaterThanOrEqual(expected - 0.01);
    expect(served).toBeGreaterThan(50);
  });

  test('the control: without a run, they take turns with nothing in between', async () => {
    const { runMs, served } = await paceOf(() => false);
    expect(served).toBe(READERS);
    expect(runMs).toBe(STEPS * STEP_MS + READERS * READ_MS);
  });

  test('rest at most a quarter of a second, and a lone reader does not wait', async () => {
    const clock = new VirtualClock();
    const gate = new ReadGate({ clock, isRunning: () => true });
    const read = (ms: number) => gate.run(async () => clock.advance(ms));
    await Promise.all([clock.run(read(60_000)), clock.run(read(1))]);
    expect(clock.now()).toBe(new VirtualClock().now() + 60_001 + READ_LIMITS.restMsMax);
    await read(1);
    expect(clock.now()).toBe(new VirtualClock().now() + 60_002 + READ_LIMITS.restMsMax);
  });

  test('a failed read lets the next one in', async () => {
    const gate = new ReadGate({ clock: new VirtualClock(), isRunning: () => false });
    const failing = gate.run(async () => {
      throw new Error('no such table');
    });
    const next = gate.run(async () => 'read');
    await expect(failing).rejects.toThrow('no such table');
    expect(await next).toBe('read');
  });

  test('more than can wait are refused', async () => {
    const gate = new ReadGate({ clock: new VirtualClock(), isRunning: () => false });
    const all = Array.from({ length: READ_LIMITS.waitingMax + 1 }, () => gate.run(async () => 1));
    const results = await Promise.allSettled(all);
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: expect.any(Overloaded) }]);
  });
});
