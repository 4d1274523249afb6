import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../src/push/pacer.ts';
import { nextDue } from '../../src/scheduler/due-times.ts';
import { isScheduled, ScheduleState } from '../../src/scheduler/schedule-state.ts';
import { eventSeries } from '../support/events.ts';
import { pushRig } from '../support/push-rig.ts';
import { scheduledTenant } from '../support/scheduler-rig.ts';
import { accepted } from '../support/scripted-gong.ts';
import { ModeledAccount } from './account.ts';
import { type DueQueue, FastDueQueue } from './due-queue.ts';
import { DAY_MS, MINUTE_MS } from './model-limits.ts';
import type { SimulatedTenant } from './population.ts';
import { reportOf } from './report.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';

/** Both clock changes of Europe and America are within 40 days of it. */
const START = Date.UTC(2027, 1, 26);
const SMALL = { tenants: 200, days: 40, workers: 1, atOnce: 2, seed: 7, start: START };
const JITTER_MS = 30_000;

function simulate(options: SimulationOptions) {
  const served: { tenant: number; dueAt: number; startedAt: number }[] = [];
  const simulation = new Simulation({
    ...options,
    onServed: ({ index }, { dueAt }, startedAt) => served.push({ tenant: index, dueAt, startedAt }),
  });
  simulation.run();
  return { simulation, served, report: reportOf(simulation, options) };
}

/** The product's own schedule state, which is too slow for a year of 10,000 tenants. */
class RealDueQueue implements DueQueue {
  readonly #tenants: ReturnType<typeof scheduledTenant>[];
  #state = new ScheduleState();

  constructor(tenants: readonly SimulatedTenant[], start: number) {
    this.#tenants = tenants.map(({ index, timetable: { schedule, timezone } }) =>
      scheduledTenant(schedule, { tenant: String(index), timezone, start }),
    );
    this.restart(start);
  }

  nextAt(now: number): number {
    return Math.max(now, Math.min(this.#state.nextDueAt, this.#state.nextStartAt(now)));
  }

  update(now: number): void {
    this.#state.update(now, () => JITTER_MS);
  }

  claim(now: number, busy: { has(tenant: number): boolean }) {
    const has = (tenant: string) => busy.has(Number(tenant));
    const claimed = this.#state.claim(now, { has });
    return claimed && { tenant: Number(claimed.tenant.tenant), dueRun: claimed.dueRun };
  }

  ended(): void {}

  restart(now: number): void {
    this.#state = new ScheduleState();
    this.#state.configure(this.#tenants.filter(isScheduled), now);
  }
}

describe('forty nights of 200 tenants', () => {
  const { simulation, served, report } = simulate(SMALL);

  test('serve each due time once, across clock changes and deploys', () => {
    expect(report.stoppedRuns + report.catchUps).toBeGreaterThan(0);
    const key = ({ tenant, dueAt }: { tenant: number; dueAt: number }) => `${tenant} ${dueAt}`;
    expect(new Set(served.map(key)).size).toBe(served.length);
    const end = START + SMALL.days * DAY_MS;
    const due = simulation.tenants.flatMap(({ index, timetable }) => {
      const times: string[] = [];
      // Runs of the last hour have not all ended.
      for (let at = nextDue(timetable, START); at < end - 60 * MINUTE_MS; ) {
        times.push(key({ tenant: index, dueAt: at }));
        at = nextDue(timetable, at);
      }
      return times;
    });
    const keys = new Set(served.map(key));
    expect(due.filter((time) => !keys.has(time))).toEqual([]);
    expect(served.every(({ dueAt, startedAt }) => startedAt >= dueAt)).toBe(true);
  });

  test('drain the queue every day, and stay within the slots', () => {
    expect(report.daysNotDrained).toBe(0);
    expect(report.runningMax).toBe(SMALL.workers * SMALL.atOnce);
  });

  test('lose no share: each is sent, or pending', () => {
    const { statistics, states } = simulation;
    const pending = states.reduce((sum, { fresh, backfill }) => sum + fresh + backfill, 0);
    const events = statistics.shares + statistics.backfilled;
    expect(statistics.calls.total).toBeGreaterThanOrEqual(events - pending);
    expect(pending).toBeLessThan(events / 10);
  });

  test('have the same report with the same seed, and another one with another', () => {
    expect(simulate(SMALL).report).toEqual(report);
    expect(simulate({ ...SMALL, seed: 8 }).report).not.toEqual(report);
  });
});

describe('the simulated queue decides as the scheduler does', () => {
  const size = { ...SMALL, tenants: 60, days: 10 };
  // Two slots drain it; the other case has far more work than a day can hold.
  test.each([
    { atOnce: 2, overload: 1 },
    { atOnce: 1, overload: 60 },
  ])('with $atOnce slots and runs $overload times as long', ({ atOnce, overload }) => {
    const options = { ...size, atOnce, runDelayMs: (overload - 1) * MINUTE_MS };
    const jitterMs = () => JITTER_MS;
    const fast = simulate({
      ...options,
      dueQueue: (tenants, start) => new FastDueQueue(tenants, { start, jitterMs }),
    });
    const real = simulate({
      ...options,
      dueQueue: (tenants, start) => new RealDueQueue(tenants, start),
    });
    expect(fast.served).toEqual(real.served);
    expect(fast.report).toEqual(real.report);
    const seen = new Set(fast.served.map(({ tenant }) => tenant));
    expect(seen.size).toBe(size.tenants);
    expect(fast.report.daysNotDrained > 0).toBe(overload > 1);
  });
});

describe('a simulated Gong account', () => {
  const callsPerDay = 1_000;
  const limits = limitsOf({ callsPerSecond: 3, callsPerDay });

  test('stays within its limits, in every second and every 24 hours', () => {
    const account = new ModeledAccount(limits.burst);
    const times: number[] = [];
    for (let hour = 0; hour < 72; hour += 1) {
      account.reserve({
        from: START + hour * 60 * MINUTE_MS,
        until: Number.POSITIVE_INFINITY,
        count: 100,
        callsPerDay,
        inFlight: new Float64Array(4),
        latencyMs: () => 200,
        onCall: (at) => times.push(at),
      });
    }
    expect(mostWithin(times, 1_000)).toBe(3);
    expect(mostWithin(times, DAY_MS)).toBe(callsPerDay);
  });
});

test('the simulated account sends as fast as the real pacer', async () => {
  const count = 60;
  const settings = { callsPerSecond: 3, callsPerDay: 10_000, concurrency: 4 };
  const rig = await pushRig({ script: () => accepted, responseMs: () => 200 });
  await rig.commit(eventSeries(count));
  await rig.drain({ settings });
  const times: number[] = [];
  new ModeledAccount(limitsOf(settings).burst).reserve({
    from: rig.gong.requests[0]?.at ?? 0,
    until: Number.POSITIVE_INFINITY,
    count,
    callsPerDay: settings.callsPerDay,
    inFlight: new Float64Array(settings.concurrency),
    latencyMs: () => 200,
    onCall: (at) => times.push(at),
  });
  const real = rig.gong.requests.map(({ at }) => at);
  expect(real).toHaveLength(count);
  // The pacer counts a call from its estimated arrival, so it may be a little later.
  const laterMs = (real.at(-1) ?? 0) - (times.at(-1) ?? 0);
  expect(laterMs).toBeGreaterThanOrEqual(0);
  expect(laterMs).toBeLessThanOrEqual(500);
});

/** The largest number of times within any window of that length. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  for (const [index, at] of times.entries()) {
    while ((times[first] ?? 0) <= at - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
