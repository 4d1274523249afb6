import { describe, expect, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import type { Command, CommandOptions } from '../support/command.ts';
import { problemsOf } from '../support/exactly-once.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';
import { suspendInRequests } from '../support/suspend.ts';
import { until } from '../support/until.ts';

const CONCURRENCY = 4;
/** The grace period. An immediate exit is shorter than it, even on a slow machine. */
const DRAIN_MS = 8_000;
/** After this time, a request to Gong without a response ends anyway. */
const REQUEST_MS = 30_000;
/** What a run can write only with the tenant's lease. */
const GUARDED = ['event', 'attempt', 'cursor', 'run', 'lease'];

describe('two runs of one tenant', () => {
  test('one works; the other reports that the tenant is busy, does nothing, and exits with 3', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    const gong = world.barrier({ vendor: 'gong' });
    const first = world.start('sync --json');
    await gong.reached();
    const calls = world.sandbox.salesforce.counters.total;

    const [text, json] = await Promise.all([world.run('sync'), world.run('sync --json')]);

    expect(text).toMatchObject({
      code: 3,
      stdout: 'sandbox: busy. The tenant is locked by another run; nothing was done.\n',
    });
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toMatchObject({
      runs: [{ tenant: 'sandbox', outcome: 'busy', queued: 0, delivered: 0, errors: [] }],
    });
    expect(world.sandbox.salesforce.counters.total).toBe(calls);
    gong.open();
    const { code, stdout } = await first.ended();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ outcome: 'ok', delivered: 20 }] });
    expect(problemsOf(world, ids)).toEqual([]);
  });

  test('started at the same time: one reports everything, the other nothing', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    // The run with the lease waits at the barrier, so that the two overlap.
    const gong = world.barrier({ vendor: 'gong' });
    const commands = [world.start('sync --json'), world.start('sync --json')];
    const ends = commands.map((command) => command.ended());
    const { code } = await Promise.race(ends);
    expect(code).toBe(3);
    gong.open();
    const codes = (await Promise.all(ends)).map((end) => end.code);
    expect(codes.toSorted()).toEqual([0, 3]);
    expect(problemsOf(world, ids)).toEqual([]);
    expect(world.sandbox.gong.byStatus).toEqual({ 200: 20 });
  });

  test('after a SIGKILL the next run starts immediately, although the lease has not expired', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    const gong = world.barrier({ vendor: 'gong' });
    const first = world.start('sync');
    await gong.reached();
    first.kill('SIGKILL');
    await first.ended();
    const [lease] = world.query<{ until: number }>('select until from lease');
    expect(lease?.until).toBeGreaterThan(world.sandbox.clock.now() + 30_000);
    gong.open();

    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
    const { stdout } = await world.run('status --verbose');
    expect(stdout).toContain('sync died before it finished; completed work is kept');
  });
});

// In parallel, because one of them takes ten seconds.
describe.concurrent('a run that is asked to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: requests in flight complete, the rest stays pending; exit 1, with how to resume',
    async (signal) => {
      await using world = await startCliWorld();
      const ids = world.deliver(60);
      const gong = world.barrier({ vendor: 'gong', skip: 5 });
      const command = world.start('sync --json');
      await gong.reached(CONCURRENCY);
      command.kill(signal);
      gong.open();
      const { code, stdout } = await command.ended();

      expect(code).toBe(1);
      const [run] = JSON.parse(stdout).runs;
      expect(run).toMatchObject({ outcome: 'partial', queued: 60, duplicates: 0, rejected: 0 });
      expect(run.errors).toEqual([
        {
          stage: 'run',
          message: 'asked to stop',
          hint: 'Run the command again: it resumes where this run was interrupted.',
        },
      ]);
      expect(storedErrors(world)).toEqual([{ ...run.errors[0], code: 'stop-requested' }]);
      // Those in flight, and those sent before the process received the signal.
      expect(run.delivered).toBeGreaterThanOrEqual(5 + CONCURRENCY);
      expect(run.delivered).toBeLessThan(60);
      expect(run.pending).toBe(60 - run.delivered);
      expect(world.sandbox.gong.events).toHaveLength(run.delivered);
      expect(await world.run('sync')).toMatchObject({ code: 0 });
      expect(problemsOf(world, ids)).toEqual([]);
      expect(world.sandbox.gong.byStatus).toEqual({ 200: 60 });
    },
  );

  test('while Salesforce does not respond: exits immediately', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(3);
    const salesforce = world.barrier({ vendor: 'salesforce', pathIncludes: '/query' });
    const command = world.start('sync --json');
    await salesforce.reached();
    const { code, stdout, tookMs } = await endAfter(world, command, 'SIGTERM');
    expect(code).toBe(1);
    expect(tookMs).toBeLessThan(DRAIN_MS);
    const [run] = JSON.parse(stdout).runs;
    // Nothing was read, but nothing failed either.
    expect(run).toMatchObject({ outcome: 'partial', errors: [{ message: 'asked to stop' }] });
    expect(run.errors[0].hint).toContain('it resumes where this run was interrupted');
    salesforce.open();
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
  });

  test('while Gong does not respond: exits after eight seconds, and all events stay pending', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(10);
    const command = await startHanging(world);
    const { code, stdout, tookMs } = await endAfter(world, command, 'SIGTERM');
    expect(code).toBe(1);
    expect(tookMs).toBeGreaterThan(7_000);
    expect(tookMs).toBeLessThan(REQUEST_MS);
    expect(JSON.parse(stdout).runs).toMatchObject([{ outcome: 'partial', pending: 10 }]);
    world.sandbox.faults.clear();
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
  });

  test('a second time: the signal ends it immediately, and nothing is lost', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(10);
    const command = await startHanging(world);
    // The system merges equal signals that arrive together, so the second one is sent repeatedly.
    const again = setInterval(() => command.kill('SIGTERM'), 5);
    const { code, tookMs } = await endAfter(world, command, 'SIGTERM');
    clearInterval(again);
    expect(code).toBe('SIGTERM');
    expect(tookMs).toBeLessThan(DRAIN_MS);
    world.sandbox.faults.clear();
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
  });
});

describe('a process that was suspended (SIGSTOP) for longer than its lease', () => {
  test('another takes over; once the first continues, it writes nothing more', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    const { end, before } = await suspend(world, ids, {});

    expect(guardedRows(world)).toEqual(before);
    expect(problemsOf(world, ids)).toEqual([]);
    expect(end.code).toBe(1);
    expect(end.stderr).toContain(
      'another process took over tenant sandbox while this one was suspended',
    );
    expect(end.stderr).toContain('Nothing is lost');
    expect(end.stderr).not.toContain('bug');
  });

  test('control: without the lease checks before each request and in each transaction, it does write', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    const sabotages: readonly Sabotage[] = [
      {
        file: 'outbox/queue.ts',
        find: 'if (row && row.holder !== lease.holder) throw new LeaseLost(lease.name);',
        put: '',
      },
      {
        file: 'db/leases.ts',
        find: 'if (current?.holder !== key.holder) throw new LeaseLost(key.name);',
        put: 'void current;',
      },
    ];
    const env = { SABOTAGE: JSON.stringify(sabotages) };
    const { before } = await suspend(world, ids, { preloads: ['sabotage.ts'], env });
    expect(guardedRows(world)).not.toEqual(before);
    expect(problemsOf(world, ids)).not.toEqual([]);
  });
});

/** Suspends a process during its requests, runs another one to the end, then continues the first. */
async function suspend(world: CliWorld, ids: readonly string[], first: CommandOptions) {
  const responses = 5;
  const gong = world.barrier({ vendor: 'gong', skip: responses });
  const command = world.start('sync --json', first);
  await gong.reached(CONCURRENCY);
  await suspendInRequests(world, { command, responses });
  expect(await world.run('sync'), 'while the lease is valid').toMatchObject({ code: 3 });
  // Expires the lease: another process decides by this row.
  world.query('update lease set until = ?', world.sandbox.clock.now() - 1);
  world.sandbox.faults.clear();
  expect(await world.run('sync')).toMatchObject({ code: 0 });
  expect(problemsOf(world, ids)).toEqual([]);
  const before = guardedRows(world);
  // Its requests reach Gong only now, and Gong already knows the events.
  gong.open();
  command.kill('SIGCONT');
  return { end: await command.ended(), before };
}

/** Starts a run to which Gong does not respond, although it has processed the first requests. */
async function startHanging(world: CliWorld): Promise<Command> {
  world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'hang', processed: true } });
  const command = world.start('sync --json');
  await until(() => world.sandbox.gong.events.length === CONCURRENCY);
  return command;
}

async function endAfter(world: CliWorld, command: Command, signal: NodeJS.Signals) {
  const signaledAt = world.sandbox.clock.now();
  command.kill(signal);
  const end = await command.ended();
  return { ...end, tookMs: world.sandbox.clock.now() - signaledAt };
}

function guardedRows(world: CliWorld): Record<string, unknown[]> {
  return Object.fromEntries(
    GUARDED.map((table) => [table, world.query(`select * from ${table} order by 1, 2, 3`)]),
  );
}

function storedErrors(world: CliWorld): unknown {
  const [row] = world.query<{ report: string }>('select report from run order by started_at desc');
  return JSON.parse(row?.report ?? '{}').errors;
}
