import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { executeQueued } from '../../src/cli/service/execute-queued.ts';
import { listBackfills } from '../../src/db/backfills.ts';
import { latestRuns } from '../../src/db/runs.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { StopRequested } from '../../src/lib/errors.ts';
import { QUEUE_LIMITS } from '../../src/queue/limits.ts';
import type { AppContext } from '../../src/runs/app-context.ts';
import type { RunEvent, RunListener } from '../../src/runs/run-events.ts';
import type { TenantRun } from '../../src/runs/tenant-run.ts';
import { Alerts } from '../../src/service/alerts.ts';
import { startWorld, type World } from '../support/world.ts';

const HOUR_MS = 60 * 60_000;
const SHARES = 30;

let world: World;
beforeEach(async () => {
  world = await startWorld({ gong: { limits: { callsPerSecond: 1e5, callsPerDay: 1e6 } } });
  const contact = world.org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  for (let count = 0; count < SHARES; count += 1) {
    const at = world.clock.now() - HOUR_MS;
    world.org.deliver({ title: 'Deck', relatedTo: contact, at });
  }
});
afterEach(() => world.close());

/** The world's clock, except that the timer of a slice ends when `end` is called. */
class SliceClock implements Clock {
  readonly timers: number[] = [];
  #end = Promise.withResolvers<void>();

  now(): number {
    return world.clock.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < QUEUE_LIMITS.sliceMs) return world.clock.sleep(ms, signal);
    this.timers.push(ms);
    return this.#end.promise;
  }

  end(): void {
    this.#end.resolve();
    this.#end = Promise.withResolvers();
    world.clock.advance(QUEUE_LIMITS.sliceMs);
  }
}

/** A window that no run has read yet. */
async function beginWindow(): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => stop.abort(new StopRequested());
  const listeners = [({ kind }: RunEvent) => void (kind === 'stage started' && interrupt())];
  const since = world.clock.now() - 2 * HOUR_MS;
  await world.backfill({ since }, { signal: stop.signal, listeners });
}

/** A worker that has taken the tenant's history from the queue. */
async function takeHistory(clock: Clock) {
  const context: AppContext = { ...(await world.context()), clock };
  const { signal } = new AbortController();
  const runs: TenantRun[] = [];
  const listeners: RunListener[] = [];
  const tools = {
    context,
    tenants: [world.tenant],
    alerts: new Alerts(context, signal),
    signal,
    listenersOf: () => listeners,
    addRun: (_: AppContext, run: TenantRun) => void runs.push(run),
    inEffect: () => ({ context, tenants: [world.tenant] }),
    addHistory: async () => {},
  };
  const execute = () =>
    executeQueued(tools, { kind: 'history', tenant: world.tenant.tenant, busy: 0 });
  return { context, runs, listeners, execute };
}

const PUT_BACK = { kind: 'put back', delayMs: 0 };

describe('a slice of ten minutes', () => {
  test('ends while it reads: the next one continues, and neither counts as a failure', async () => {
    await beginWindow();
    const clock = new SliceClock();
    const { context, runs, listeners, execute } = await takeHistory(clock);
    listeners.push(({ kind }) => void (kind === 'stage started' && clock.end()));
    expect(await execute()).toMatchObject(PUT_BACK);
    const [timer, ...others] = clock.timers;
    expect(others).toEqual([]);
    expect(timer).toBeGreaterThan(QUEUE_LIMITS.sliceMs);
    expect(timer).toBeLessThanOrEqual(QUEUE_LIMITS.sliceMs + QUEUE_LIMITS.sliceGraceMs);
    expect(runs).toMatchObject([{ report: { outcome: 'ok', errors: [] } }]);
    const { tenant } = world.tenant;
    const [stored] = await latestRuns(context.db, { tenant, limit: 1 });
    expect(stored).toMatchObject({ kind: 'backfill', outcome: 'ok' });
    expect(await listBackfills(context.db, tenant)).toMatchObject([{ state: 'reading' }]);

    listeners.length = 0;
    expect(await execute()).toEqual({ kind: 'finished' });
    expect(await listBackfills(context.db, tenant)).toMatchObject([{ state: 'read' }]);
    expect(world.gong.events).toHaveLength(SHARES);
  });

  test('ends while it sends: the rest is sent by the next one', async () => {
    await beginWindow();
    const clock = new SliceClock();
    const { runs, listeners, execute } = await takeHistory(clock);
    let sent = 0;
    listeners.push(({ kind }) => {
      if (kind !== 'event settled') return;
      sent += 1;
      if (sent === 3) clock.end();
    });
    expect(await execute()).toMatchObject(PUT_BACK);
    expect(world.gong.events.length).toBeLessThan(SHARES);
    expect(runs).toMatchObject([{ report: { outcome: 'ok', errors: [] } }]);
    expect(await execute()).toEqual({ kind: 'finished' });
    expect(world.gong.events).toHaveLength(SHARES);
  });
});
