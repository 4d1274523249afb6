import { describe, expect, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import type { Command, CommandOptions } from '../support/command.ts';
import { problemsOf } from '../support/exactly-once.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';
import { until } from '../support/until.ts';

const CONCURRENCY = 4;
/** The grace period. An immediate exit is shorter than it, even on a slow machine. */
const DRAIN_MS = 8_000;
/** After this time a request to Gong that gets no response would end by itself. */
const REQUEST_MS = 30_000;
/** What a run may write only while it holds the tenant. */
const GUARDED = ['event', 'attempt', 'cursor', 'run', 'lease'];

describe('two runs of one tenant', () => {
  test('one works; the other says that the tenant is held, does nothing and ends with 3', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    const gong = world.barrier({ vendor: 'gong' });
    const first = world.start('sync --json');
    await gong.reached();
    const calls = world.sandbox.salesforce.counters.total;

    const [text, json] = await Promise.all([world.run('sync'), world.run('sync --json')]);

    expect(text).toMatchObject({
      code: 3,
      stdout: 'sandbox: busy. Another run holds this tenant; nothing was done for it.\n',
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

  test('started in the same moment: one reports everything, the other nothing', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    // Whoever holds the tenant waits for the other, so that the two do overlap.
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

  test('after kill -9 the next run starts at once, though the lease has not run out', async () => {
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
    const { stdout } = await world.run('status');
    expect(stdout).toContain('sync died before its end; what it did is kept');
  });
});

// Side by side: one of them is about ten seconds of patience.
describe.concurrent('asked to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: what is in flight ends and is kept, the rest waits; exit 1, and how to go on',
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
          hint: 'Run again; a run goes on where the last one was interrupted.',
        },
      ]);
      // Those in flight, and as many as were sent until the signal was heard.
      expect(run.delivered).toBeGreaterThanOrEqual(5 + CONCURRENCY);
      expect(run.delivered).toBeLessThan(60);
      expect(run.pending).toBe(60 - run.delivered);
      expect(world.sandbox.gong.events).toHaveLength(run.delivered);
      expect(await world.run('sync')).toMatchObject({ code: 0 });
      expect(problemsOf(world, ids)).toEqual([]);
      expect(world.sandbox.gong.byStatus).toEqual({ 200: 60 });
    },
  );

  test('while Salesforce does not answer: ends at once', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(3);
    const salesforce = world.barrier({ vendor: 'salesforce', pathIncludes: '/query' });
    const command = world.start('sync');
    await salesforce.reached();
    const { code, stdout, tookMs } = await endAfter(world, command, 'SIGTERM');
    expect(code).toBe(1);
    expect(tookMs).toBeLessThan(DRAIN_MS);
    expect(stdout).toContain('asked to stop');
    expect(stdout).toContain('Run again; a run goes on where the last one was interrupted.');
    salesforce.open();
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
  });

  test('while Gong does not answer: ends after eight seconds of grace, and all of it waits', async () => {
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

  test('a second time: ends at once, by the signal, and nothing is lost', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(10);
    const command = await startHanging(world);
    // Two of a kind that come together are one: the second is sent until it was a second.
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

describe('a process that stood still (SIGSTOP) longer than its lease', () => {
  test('another takes over; when the first goes on, it writes nothing more', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    const { end, before } = await standStill(world, ids, {});

    expect(guardedRows(world)).toEqual(before);
    expect(problemsOf(world, ids)).toEqual([]);
    expect(end.code).toBe(1);
    expect(end.stderr).toContain(
      'another process took over tenant sandbox while this one stood still',
    );
    expect(end.stderr).toContain('Nothing is lost');
    expect(end.stderr).not.toContain('bug');
  });

  test('control: without the look at the lease in each transaction, it does write', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    const sabotage: Sabotage = {
      file: 'db/leases.ts',
      find: 'if (current?.holder !== key.holder) throw new LeaseLost(key.name);',
      put: 'void current;',
    };
    const env = { SABOTAGE: JSON.stringify(sabotage) };
    const { before } = await standStill(world, ids, { preloads: ['sabotage.ts'], env });
    expect(guardedRows(world)).not.toEqual(before);
    expect(problemsOf(world, ids)).not.toEqual([]);
  });
});

/** The first process stands still in its requests, another does all, then the first goes on. */
async function standStill(world: CliWorld, ids: readonly string[], first: CommandOptions) {
  const gong = world.barrier({ vendor: 'gong', skip: 5 });
  const command = world.start('sync --json', first);
  await gong.reached(CONCURRENCY);
  command.kill('SIGSTOP');
  expect(await world.run('sync'), 'as long as the lease lasts').toMatchObject({ code: 3 });
  // Stands for the 45 s of the lease: the row is what another process judges by.
  world.query('update lease set until = ?', world.sandbox.clock.now() - 1);
  world.sandbox.faults.clear();
  expect(await world.run('sync')).toMatchObject({ code: 0 });
  expect(problemsOf(world, ids)).toEqual([]);
  const before = guardedRows(world);
  // Its requests reach Gong now, which knows them already.
  gong.open();
  command.kill('SIGCONT');
  return { end: await command.ended(), before };
}

/** A run whose first requests Gong has worked on and does not answer. */
async function startHanging(world: CliWorld): Promise<Command> {
  world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'hang', processed: true } });
  const command = world.start('sync --json');
  await until(() => world.sandbox.gong.events.length === CONCURRENCY);
  return command;
}

async function endAfter(world: CliWorld, command: Command, signal: NodeJS.Signals) {
  const askedAt = world.sandbox.clock.now();
  command.kill(signal);
  const end = await command.ended();
  return { ...end, tookMs: world.sandbox.clock.now() - askedAt };
}

function guardedRows(world: CliWorld): Record<string, unknown[]> {
  return Object.fromEntries(
    GUARDED.map((table) => [table, world.query(`select * from ${table} order by 1, 2, 3`)]),
  );
}
