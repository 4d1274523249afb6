import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliWorld, startCliWorld, TENANT, writeConfigFile } from '../support/cli-world.ts';
import type { Command } from '../support/command.ts';
import { problemsOf } from '../support/exactly-once.ts';
import { until } from '../support/until.ts';

const CONCURRENCY = 4;
/** The grace period. An immediate exit is shorter than it, even on a slow machine. */
const DRAIN_MS = 8_000;
/** After this time a request to Gong that gets no response would end by itself. */
const REQUEST_MS = 30_000;
const NIGHTLY = { schedule: '0 2 * * *' };

interface RunRow {
  readonly outcome: string | null;
  readonly report: string | null;
}

/** A tenant with a schedule that never ran: `start` begins its run at once. */
async function scheduledWorld(): Promise<CliWorld> {
  const world = await startCliWorld();
  world.configure(NIGHTLY);
  return world;
}

function runRows(world: CliWorld): RunRow[] {
  return world.query<RunRow>('select outcome, report from run order by started_at');
}

async function stop(command: Command, signal: NodeJS.Signals = 'SIGTERM') {
  const askedAt = performance.now();
  command.kill(signal);
  const end = await command.ended();
  return { ...end, tookMs: performance.now() - askedAt };
}

function messages(story: string): string[] {
  return story
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).msg);
}

describe('start without anything to start', () => {
  test('says so, and how to mend it: exit code 2', async () => {
    await using world = await startCliWorld();
    expect(await world.run('start')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^sharetrail: no tenant has a schedule.*\nSet schedule in /),
    });
  });
});

// Side by side: some of them wait for ten seconds of patience.
describe.concurrent('start, asked to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s in a run: what is in flight ends, the run is written down, exit code 0; the next start goes on',
    async (signal) => {
      await using world = await scheduledWorld();
      const ids = world.deliver(60);
      const gong = world.barrier({ vendor: 'gong', skip: 5 });
      const first = world.start('start');
      await gong.reached(CONCURRENCY);
      const ending = stop(first, signal);
      gong.open();
      const { code, stdout, stderr, tookMs } = await ending;
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(tookMs).toBeLessThan(DRAIN_MS);
      expect(messages(stderr)).toEqual([
        'tenants run at their schedule',
        'run starts',
        'stopping: nothing new is started',
        'asked to stop',
        'run ended',
      ]);
      expect(runRows(world)).toMatchObject([{ outcome: 'partial' }]);
      expect(world.sandbox.gong.events.length).toBeLessThan(60);

      const second = world.start('start');
      await until(() => second.story().includes('run ended'));
      expect(await stop(second)).toMatchObject({ code: 0 });
      expect(runRows(world)).toMatchObject([{ outcome: 'partial' }, { outcome: 'ok' }]);
      expect(problemsOf(world, ids)).toEqual([]);
    },
  );

  test('while Gong does not answer: ends after eight seconds of grace, and the run is written down', async () => {
    await using world = await scheduledWorld();
    world.deliver(10);
    world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'hang', processed: true } });
    const command = world.start('start');
    await until(() => world.sandbox.gong.events.length === CONCURRENCY);
    const { code, tookMs } = await stop(command);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(REQUEST_MS);
    expect(runRows(world)).toMatchObject([{ outcome: 'partial' }]);
  });

  test('a second time: ends at once, by the signal', async () => {
    await using world = await scheduledWorld();
    world.deliver(10);
    world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'hang', processed: true } });
    const command = world.start('start');
    await until(() => world.sandbox.gong.events.length === CONCURRENCY);
    const again = setInterval(() => command.kill('SIGTERM'), 5);
    const { code, tookMs } = await stop(command);
    clearInterval(again);
    expect(code).toBe('SIGTERM');
    expect(tookMs).toBeLessThan(DRAIN_MS);
  });

  test('with nothing under way: ends at once', async () => {
    await using world = await scheduledWorld();
    const command = world.start('start');
    await until(() => command.story().includes('run ended'));
    const { code, tookMs } = await stop(command);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(DRAIN_MS);
  });
});

describe('two processes of start on one database', () => {
  test('after one has served the turn, the other does not run it again', async () => {
    await using world = await scheduledWorld();
    const ids = world.deliver(10);
    const first = world.start('start');
    await until(() => first.story().includes('run ended'));
    const second = world.start('start');
    await until(() => second.story().includes('tenants run at their schedule'));
    expect(await stop(second)).toMatchObject({ code: 0 });
    await stop(first);
    expect(runRows(world)).toMatchObject([{ outcome: 'ok' }]);
    expect(problemsOf(world, ids)).toEqual([]);
  });

  test('one that stood still (SIGSTOP) longer than its lease writes nothing more, nor runs the turn again', async () => {
    await using world = await scheduledWorld();
    const ids = world.deliver(20);
    const gong = world.barrier({ vendor: 'gong', skip: 5 });
    const first = world.start('start');
    await gong.reached(CONCURRENCY);
    first.kill('SIGSTOP');

    const early = world.start('start');
    await until(() => early.story().includes('turn skipped: another run holds the tenant'));
    await stop(early);
    // Stands for the 45 s of the lease: the row is what another process judges by.
    world.query('update lease set until = ?', world.sandbox.clock.now() - 1);
    world.sandbox.faults.clear();
    const second = world.start('start');
    await until(() => second.story().includes('run ended'));
    const before = guardedRows(world);
    expect(problemsOf(world, ids)).toEqual([]);

    gong.open();
    first.kill('SIGCONT');
    await until(() => first.story().includes('run ended'));
    expect(await stop(first)).toMatchObject({ code: 0 });
    expect(await stop(second)).toMatchObject({ code: 0 });
    expect(first.story()).toContain('another process took over tenant sandbox');
    expect(guardedRows(world)).toEqual(before);
    expect(runRows(world).map(({ outcome }) => outcome)).toEqual([null, 'ok']);
    expect(problemsOf(world, ids)).toEqual([]);
  });
});

describe('SIGHUP', () => {
  test('a configuration that cannot be used changes nothing; a mended one takes effect', async () => {
    await using world = await scheduledWorld();
    const command = world.start('start');
    await until(() => command.story().includes('run ended'));

    writeConfigFile(world, 'tenants/other.yaml', 'tenant: another\nfoo: 1\n');
    command.kill('SIGHUP');
    await until(() => command.story().includes('the one before stays in effect'));
    expect(command.story()).toContain('tenants/other.yaml:2:1 foo: unknown key');

    const file = readFileSync(join(world.folder, 'tenants', `${TENANT}.yaml`), 'utf8');
    const other = file.replace(`tenant: ${TENANT}`, 'tenant: other');
    writeConfigFile(world, 'tenants/other.yaml', other);
    command.kill('SIGHUP');
    await until(() => command.story().includes('"tenant":"other","outcome":"ok"'));
    expect(await stop(command)).toMatchObject({ code: 0 });
    const tenants = world.query<{ tenant: string }>('select tenant from run order by started_at');
    expect(tenants).toEqual([{ tenant: TENANT }, { tenant: 'other' }]);
  });
});

/** What a run may write only while it holds the tenant. */
function guardedRows(world: CliWorld): unknown[][] {
  const tables = ['event', 'attempt', 'cursor', 'run'];
  return tables.map((table) => world.query(`select * from ${table} order by 1, 2, 3`));
}
