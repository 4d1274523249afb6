import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliWorld, startCliWorld, TENANT, writeConfigFile } from '../support/cli-world.ts';
import type { Command } from '../support/command.ts';
import { ON_SQLITE } from '../support/database.ts';
import { problemsOf } from '../support/exactly-once.ts';
import { loggedBy, untilLogged } from '../support/follow.ts';
import { suspendInRequests } from '../support/suspend.ts';
import { until } from '../support/until.ts';

const CONCURRENCY = 4;
/** The grace period. An immediate exit is shorter than it, even on a slow machine. */
const DRAIN_MS = 8_000;
/** After this time, a request to Gong without a response ends anyway. */
const REQUEST_MS = 30_000;
/** A lease of a live process on this machine may be this long. */
const LEASE_MS = 10 * 60_000;
const NIGHTLY = { schedule: '0 2 * * *' };

interface RunRow {
  readonly outcome: string | null;
  readonly report: string | null;
}

/** Has a scheduled tenant that never ran, so that `start` begins its run immediately. */
async function scheduledWorld(): Promise<CliWorld> {
  const world = await startCliWorld();
  world.configure(NIGHTLY);
  return world;
}

function runRows(world: CliWorld): RunRow[] {
  return world.query<RunRow>('select outcome, report from run order by started_at');
}

async function stop(command: Command, signal: NodeJS.Signals = 'SIGTERM') {
  const signaledAt = performance.now();
  command.kill(signal);
  const end = await command.ended();
  return { ...end, tookMs: performance.now() - signaledAt };
}

describe('start without a schedule', () => {
  test('explains this and how to fix it: exit code 2', async () => {
    await using world = await startCliWorld();
    expect(await world.run('start')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^sharetrail: no tenant has a schedule.*\nSet schedule in /),
    });
  });
});

// In parallel, because some of them take ten seconds.
describe.concurrent('start, when it is asked to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s in a run: requests in flight complete, the run is recorded, exit code 0; the next start resumes',
    async (signal) => {
      await using world = await scheduledWorld();
      const ids = world.deliver(60);
      const gong = world.barrier({ vendor: 'gong', skip: 5 });
      const first = world.start('start');
      await gong.reached(CONCURRENCY);
      const ending = stop(first, signal);
      gong.open();
      const { code, stdout, tookMs } = await ending;
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(tookMs).toBeLessThan(DRAIN_MS);
      expect(loggedBy(first).map(({ msg }) => msg)).toEqual([
        'tenants scheduled',
        // SQLite has no queue that workers could take runs from.
        ...(ON_SQLITE ? [] : ['no worker is alive: this process executes the runs itself']),
        'run starts',
        'stopping: no new runs are started',
        'asked to stop',
        'run ended',
      ]);
      expect(runRows(world)).toMatchObject([{ outcome: 'partial' }]);
      expect(world.sandbox.gong.events.length).toBeLessThan(60);

      const second = world.start('start');
      await untilLogged(second, 'run ended');
      expect(await stop(second)).toMatchObject({ code: 0 });
      expect(runRows(world)).toMatchObject([{ outcome: 'partial' }, { outcome: 'ok' }]);
      expect(problemsOf(world, ids)).toEqual([]);
    },
  );

  test('while Gong does not respond: exits after eight seconds, and the run is recorded', async () => {
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

  test('a second time: the signal ends it immediately', async () => {
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

  test('with no run in progress: exits immediately', async () => {
    await using world = await scheduledWorld();
    const command = world.start('start');
    await untilLogged(command, 'run ended');
    const { code, tookMs } = await stop(command);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(DRAIN_MS);
  });
});

describe('two processes of start on one database', () => {
  test('once one has run a tenant, the other does not run it again', async () => {
    await using world = await scheduledWorld();
    const ids = world.deliver(10);
    const first = world.start('start');
    await untilLogged(first, 'run ended');
    const second = world.start('start');
    await untilLogged(second, 'tenants scheduled');
    expect(await stop(second)).toMatchObject({ code: 0 });
    await stop(first);
    expect(runRows(world)).toMatchObject([{ outcome: 'ok' }]);
    expect(problemsOf(world, ids)).toEqual([]);
  });

  test('one that was suspended (SIGSTOP) for longer than its lease neither writes nor runs again', async () => {
    await using world = await scheduledWorld();
    const ids = world.deliver(20);
    const responses = 5;
    const gong = world.barrier({ vendor: 'gong', skip: responses });
    const first = world.start('start');
    await gong.reached(CONCURRENCY);
    await suspendInRequests(world, { command: first, responses });
    // Longer than the shared queue of PostgreSQL waits before it gives the run to another process.
    const leaseEnd = world.sandbox.clock.now() + LEASE_MS;
    world.query("update lease set until = ? where name = 'tenant sandbox'", leaseEnd);

    const early = world.start('start');
    await untilLogged(early, 'scheduled run skipped: another run has locked the tenant');
    await stop(early);
    // Expires the lease: another process decides by this row.
    world.query('update lease set until = ?', world.sandbox.clock.now() - 1);
    world.sandbox.faults.clear();
    const second = world.start('start');
    await untilLogged(second, 'run ended');
    const before = guardedRows(world);
    // The process keeps the lease of what one does for all until it ends.
    const duties = [expect.stringMatching(/^duties \w+ is still leased$/)];
    expect(problemsOf(world, ids)).toEqual(duties);

    gong.open();
    first.kill('SIGCONT');
    await untilLogged(first, 'run ended');
    expect(await stop(first)).toMatchObject({ code: 0 });
    expect(await stop(second)).toMatchObject({ code: 0 });
    expect(first.stderr()).toContain('another process took over tenant sandbox');
    expect(guardedRows(world)).toEqual(before);
    expect(runRows(world).map(({ outcome }) => outcome)).toEqual([null, 'ok']);
    expect(problemsOf(world, ids)).toEqual([]);
  });
});

describe('SIGHUP', () => {
  test('reports a faulty new tenant, and runs it once it is fixed', async () => {
    await using world = await scheduledWorld();
    const command = world.start('start');
    await untilLogged(command, 'run ended');
    const service = readFileSync(join(world.folder, 'sharetrail.yaml'), 'utf8');

    writeConfigFile(world, 'tenants/other.yaml', 'tenant: another\nfoo: 1\n');
    command.kill('SIGHUP');
    await until(() => command.stderr().includes('tenants/other.yaml:2:1 foo: unknown key'));

    writeConfigFile(world, 'sharetrail.yaml', 'foo: 1\n');
    command.kill('SIGHUP');
    await until(() => command.stderr().includes('the previous one stays in effect'));

    writeConfigFile(world, 'sharetrail.yaml', service);
    const file = readFileSync(join(world.folder, 'tenants', `${TENANT}.yaml`), 'utf8');
    const other = file.replace(`tenant: ${TENANT}`, 'tenant: other');
    writeConfigFile(world, 'tenants/other.yaml', other);
    command.kill('SIGHUP');
    await untilLogged(command, 'run ended', { tenant: 'other', outcome: 'ok' });
    expect(await stop(command)).toMatchObject({ code: 0 });
    const tenants = world.query<{ tenant: string }>('select tenant from run order by started_at');
    expect(tenants).toEqual([{ tenant: TENANT }, { tenant: 'other' }]);
  });
});

/** What a run can write only with the tenant's lease. */
function guardedRows(world: CliWorld): unknown[][] {
  const tables = ['event', 'attempt', 'cursor', 'run'];
  return tables.map((table) => world.query(`select * from ${table} order by 1, 2, 3`));
}
