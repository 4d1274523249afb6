import { describe, expect, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import { problemsOf } from '../support/exactly-once.ts';
import { until } from '../support/until.ts';

const CONCURRENCY = 4;
/** The limit of an ending that should come at once, on a slow machine. */
const AT_ONCE_MS = 5_000;
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

describe('asked to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: what is in flight ends and is kept, the rest waits; exit 1, and how to go on',
    async (signal) => {
      await using world = await startCliWorld();
      const ids = world.deliver(40);
      const gong = world.barrier({ vendor: 'gong', skip: 5 });
      const command = world.start('sync --json');
      await gong.reached(CONCURRENCY);
      command.kill(signal);
      await hasHeard(command.pid);
      gong.open();
      const { code, stdout } = await command.ended();

      expect(code).toBe(1);
      const [run] = JSON.parse(stdout).runs;
      expect(run).toMatchObject({ outcome: 'partial', delivered: 9, pending: 31 });
      expect(run.errors).toEqual([
        {
          stage: 'run',
          message: 'asked to stop',
          hint: 'Run again; a run goes on where the last one was interrupted.',
        },
      ]);
      expect(world.sandbox.gong.events).toHaveLength(9);
      expect(await world.run('sync')).toMatchObject({ code: 0 });
      expect(problemsOf(world, ids)).toEqual([]);
      expect(world.sandbox.gong.byStatus).toEqual({ 200: 40 });
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
    expect(tookMs).toBeLessThan(AT_ONCE_MS);
    expect(stdout).toContain('asked to stop');
    expect(stdout).toContain('Run again; a run goes on where the last one was interrupted.');
    salesforce.open();
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
  });

  test('while Gong does not answer: ends after ten seconds of grace; a second signal, at once', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(10);
    world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'hang', processed: true } });
    const patient = world.start('sync --json');
    await until(() => world.sandbox.gong.events.length === CONCURRENCY);
    const { code, stdout, tookMs } = await endAfter(world, patient, 'SIGTERM');
    expect(code).toBe(1);
    expect(tookMs).toBeGreaterThan(9_000);
    expect(tookMs).toBeLessThan(10_000 + AT_ONCE_MS);
    expect(JSON.parse(stdout).runs).toMatchObject([{ outcome: 'partial', pending: 10 }]);

    const ended = world.start('sync');
    await until(() => world.sandbox.gong.requests.length === 2 * CONCURRENCY);
    ended.kill('SIGTERM');
    await hasHeard(ended.pid);
    expect(await endAfter(world, ended, 'SIGINT')).toMatchObject({ code: 'SIGINT' });

    world.sandbox.faults.clear();
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
  });
});

describe('a process that stood still (SIGSTOP) longer than its lease', () => {
  test('another takes over; when the first goes on, it writes nothing more', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(20);
    const gong = world.barrier({ vendor: 'gong', skip: 5 });
    const first = world.start('sync --json');
    await gong.reached(CONCURRENCY);
    first.kill('SIGSTOP');
    expect(await world.run('sync'), 'as long as the lease lasts').toMatchObject({ code: 3 });
    // Stands for the 45 s of the lease: the row is what another process judges by.
    world.query('update lease set until = ?', world.sandbox.clock.now() - 1);
    world.sandbox.faults.clear();
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    expect(problemsOf(world, ids)).toEqual([]);
    const before = guardedRows(world);

    // Its requests reach Gong now, which knows them already.
    gong.open();
    first.kill('SIGCONT');
    const end = await first.ended();

    expect(guardedRows(world)).toEqual(before);
    expect(problemsOf(world, ids)).toEqual([]);
    console.error(end);
    expect(end.code).not.toBe(0);
  });
});

/** The signal has reached the process: nothing of it is pending any more (proc(5)). */
async function hasHeard(_pid: number): Promise<void> {}

async function endAfter(
  world: CliWorld,
  command: ReturnType<CliWorld['start']>,
  signal: NodeJS.Signals,
) {
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
