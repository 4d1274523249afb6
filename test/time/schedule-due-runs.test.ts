import { describe, expect, test } from 'vitest';
import { acquireLease, extendLease, releaseLease } from '../../src/db/leases.ts';
import { DatabaseError } from '../../src/lib/errors.ts';
import {
  DAY,
  HOUR,
  MINUTE,
  type Process,
  SchedulerRig,
  scheduledTenant,
} from '../support/scheduler-rig.ts';

const START = Date.parse('2026-11-02T00:00:00Z');
const nightly = scheduledTenant('0 2 * * *', { start: START });
const BEFORE = '2026-11-02T01:30:00Z';

function manyTenants(count: number, schedule = '0 2 * * *') {
  return Array.from({ length: count }, (_, number) =>
    scheduledTenant(schedule, { tenant: `tenant-${number}`, start: START }),
  );
}

function reasons({ log }: Process): unknown[] {
  return log.filter(({ message }) => message === 'run starts').map(({ fields }) => fields['why']);
}

describe('many tenants with the same due time', () => {
  test('start at random moments within a minute', async () => {
    const values = [0.99, 0, 0.5];
    const rig = new SchedulerRig({ now: BEFORE, runMs: 1_000, random: () => values.shift() ?? 0 });
    const process = await rig.start(manyTenants(3));
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.starts('tenant-0')).toEqual(['2026-11-02T02:00:59.400Z']);
    expect(await rig.starts('tenant-1')).toEqual(['2026-11-02T02:00:00.000Z']);
    expect(await rig.starts('tenant-2')).toEqual(['2026-11-02T02:00:30.000Z']);
  });

  test('run at most tenantsAtOnce in parallel, and all of them run', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start(manyTenants(10), { tenantsAtOnce: 3 });
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(rig.runningMax).toBe(3);
    const runs = await Promise.all(manyTenants(10).map(({ tenant }) => rig.runs(tenant)));
    expect(runs.map((each) => each.length)).toEqual(Array(10).fill(1));
  });

  test('start in the order of their due times', async () => {
    const rig = new SchedulerRig({ now: BEFORE, runMs: 20 * MINUTE });
    const late = scheduledTenant('10 2 * * *', { tenant: 'a-later', start: START });
    const early = scheduledTenant('5 2 * * *', { tenant: 'b-earlier', start: START });
    const first = scheduledTenant('0 2 * * *', { tenant: 'c-first', start: START });
    const process = await rig.start([late, early, first], { tenantsAtOnce: 1 });
    await rig.clock.pass(2 * HOUR);
    await process.stop();
    expect(await rig.starts('c-first')).toEqual(['2026-11-02T02:00:00.000Z']);
    expect(await rig.starts('b-earlier')).toEqual(['2026-11-02T02:20:00.000Z']);
    expect(await rig.starts('a-later')).toEqual(['2026-11-02T02:40:00.000Z']);
  });

  test('are not affected by a failure of one, which runs again the next night', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    rig.script.work = async (tenant) => {
      if (tenant === 'tenant-0' && rig.clock.now() < START + DAY) throw new TypeError('no such');
      return { outcome: 'ok' };
    };
    const process = await rig.start(manyTenants(2));
    await rig.clock.pass(DAY + HOUR);
    await process.stop();
    expect(await rig.runs('tenant-1')).toHaveLength(2);
    expect((await rig.runs('tenant-0')).at(-1)).toMatchObject({ outcome: 'ok' });
    expect(process.log).toContainEqual(
      expect.objectContaining({
        level: 'error',
        fields: { tenant: 'tenant-0', err: expect.any(TypeError) },
      }),
    );
  });
});

describe('a run that is longer than its period', () => {
  test('is followed by one run for all missed due times, without overlap', async () => {
    const hourly = scheduledTenant('0 * * * *', { start: START });
    const rig = new SchedulerRig({ now: BEFORE, runMs: 150 * MINUTE });
    rig.script.work = async () => {
      if (rig.clock.now() > START + 3 * HOUR) rig.script.ms = MINUTE;
      return { outcome: 'ok' };
    };
    const process = await rig.start([hourly]);
    await rig.clock.pass(5 * HOUR);
    await process.stop();
    expect(rig.runningMax).toBe(1);
    expect((await rig.starts()).slice(0, 3)).toEqual([
      '2026-11-02T01:30:00.000Z',
      // 02:00, 03:00 and 04:00 passed.
      '2026-11-02T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z',
    ]);
  });
});

describe('a tenant that another run has locked', () => {
  test('is skipped with a warning and retried every few minutes', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([nightly]);
    const other = { name: 'tenant acme', holder: 'elsewhere|1|1|1' };
    await rig.clock.pass(29 * MINUTE);
    const { db } = process.context;
    expect(await acquireLease(db, other, rig.clock.now())).toBe(true);
    for (let beat = 0; beat < 40; beat += 1) {
      await rig.clock.pass(15_000);
      await extendLease(db, other, rig.clock.now());
    }
    // The other run dies here, so its lease is not released.
    await rig.clock.pass(HOUR);
    await process.stop();

    expect(await rig.starts()).toEqual(['2026-11-02T02:12:00.000Z']);
    expect(process.log.filter(({ level }) => level === 'warn')).toEqual(
      ['02:03', '02:06', '02:09', '02:12'].map((time) => ({
        level: 'warn',
        message: 'scheduled run skipped: another run has locked the tenant',
        fields: { tenant: 'acme', retryAt: `2026-11-02T${time}:00.000Z` },
      })),
    );
    expect(reasons(process)).toEqual(['retry']);
  });

  test('is not run again once the other process has done the due run', async () => {
    const values = [0, 0.5];
    const random = () => values.shift() ?? 0;
    const rig = new SchedulerRig({ now: BEFORE, runMs: 10 * MINUTE, random });
    const first = await rig.start([nightly]);
    const second = await rig.start([nightly]);
    await rig.clock.pass(3 * HOUR);
    await Promise.all([first.stop(), second.stop()]);
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z']);
    expect([...reasons(first), ...reasons(second)]).toEqual(['schedule']);
    expect(second.log).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  test('is retried until the next due time, which replaces the previous one', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const hourly = scheduledTenant('0 * * * *', { start: Date.parse(BEFORE) });
    const process = await rig.start([hourly]);
    const other = { name: 'tenant acme', holder: 'elsewhere|1|1|1' };
    const { db } = process.context;
    await acquireLease(db, other, rig.clock.now());
    for (let beat = 0; beat < 4 * 95; beat += 1) {
      await rig.clock.pass(15_000);
      await extendLease(db, other, rig.clock.now());
    }
    await releaseLease(db, other);
    await rig.clock.pass(30 * MINUTE);
    await process.stop();
    // One run for the due times 02:00 and 03:00, at which the tenant was locked.
    expect(await rig.starts()).toEqual(['2026-11-02T03:06:00.000Z']);
  });
});

describe('two schedulers on one database', () => {
  test('never overlap on a tenant or repeat a due run in a month of nights', async () => {
    const random = seededRandom(7);
    const rig = new SchedulerRig({ now: BEFORE, random, runMs: 40_000 });
    const tenants = manyTenants(6);
    const processes = [await rig.start(tenants), await rig.start(tenants)];
    const overlaps: string[] = [];
    rig.script.work = async (tenant) => {
      if (rig.running.filter((other) => other === tenant).length > 1) overlaps.push(tenant);
      return { outcome: 'ok' };
    };
    await rig.clock.pass(30 * DAY);
    await Promise.all(processes.map((process) => process.stop()));

    expect(overlaps).toEqual([]);
    for (const { tenant } of tenants) {
      const nights = (await rig.starts(tenant)).map((start) => start.slice(0, 10));
      expect(nights, tenant).toHaveLength(30);
      expect(new Set(nights).size, tenant).toBe(30);
    }
    // Both took part; otherwise the test would verify nothing.
    for (const process of processes) expect(reasons(process).length).toBeGreaterThan(10);
  });
});

describe('a due run that was not done', () => {
  test('because the process died is caught up at the next start', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const first = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    await first.stop();
    // The state after a kill: the row has no end, and no process has the tenant's lock.
    const { db } = first.context;
    await db.updateTable('run').set({ finished_at: null, outcome: null, report: null }).execute();
    const second = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    await second.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z', '2026-11-02T02:30:00.000Z']);
  });

  test('because a stop was requested is caught up at the next start', async () => {
    const rig = new SchedulerRig({ now: BEFORE, runMs: 10 * MINUTE });
    const first = await rig.start([nightly]);
    await rig.clock.pass(35 * MINUTE);
    expect(await first.stop()).toBe('clean');
    const [stopped] = await rig.runs();
    const finishedAt = Date.parse('2026-11-02T02:05Z');
    expect(stopped).toMatchObject({ outcome: 'partial', finishedAt });

    const second = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    await second.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z', '2026-11-02T02:05:00.000Z']);
  });

  test('because the database failed is retried with exponential backoff', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    let failures = 3;
    rig.script.work = async () => {
      failures -= 1;
      if (failures >= 0) throw new DatabaseError('the disk is full');
      return { outcome: 'ok' };
    };
    const process = await rig.start([nightly]);
    await rig.clock.pass(2 * HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual([
      '2026-11-02T02:00:00.000Z',
      '2026-11-02T02:03:00.000Z',
      '2026-11-02T02:09:00.000Z',
      '2026-11-02T02:21:00.000Z',
    ]);
  });

  test('is replaced by the next due time, which runs at once', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const hourly = scheduledTenant('0 * * * *', { start: Date.parse(BEFORE) });
    rig.script.work = async () => {
      if (rig.clock.now() > START + 3 * HOUR) return { outcome: 'ok' };
      await rig.clock.sleep(90 * MINUTE);
      throw new DatabaseError('the disk is full');
    };
    const process = await rig.start([hourly]);
    await rig.clock.pass(2 * HOUR + 15 * MINUTE);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z', '2026-11-02T03:30:00.000Z']);
    expect(reasons(process)).toEqual(['schedule', 'schedule']);
  });

  test('does not include one with a failed run: the next attempt is the next night', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    rig.script.work = async () => ({ outcome: 'failed' });
    const process = await rig.start([nightly]);
    await rig.clock.pass(DAY + HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z', '2026-11-03T02:00:00.000Z']);
  });
});

describe('a wrong system clock', () => {
  test('set back past a due time does not repeat its run', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    rig.clockOffsetMs = -HOUR;
    await rig.clock.pass(DAY);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z']);
  });

  test('a week ahead and then corrected does not prevent the following nightly runs', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    rig.clockOffsetMs = 7 * DAY;
    await rig.clock.pass(HOUR);
    rig.clockOffsetMs = 0;
    await rig.clock.pass(2 * DAY);
    await process.stop();
    expect(await rig.starts()).toEqual([
      '2026-11-02T02:00:00.000Z',
      '2026-11-03T02:00:00.000Z',
      '2026-11-04T02:00:00.000Z',
      // The run while the clock was ahead does not count for the nights before it.
      '2026-11-09T02:31:00.000Z',
    ]);
  });
});

describe('a requested stop', () => {
  test('starts no more runs and waits for running ones', async () => {
    const rig = new SchedulerRig({ now: BEFORE, runMs: 10 * MINUTE });
    const process = await rig.start(manyTenants(5), { tenantsAtOnce: 2 });
    await rig.clock.pass(35 * MINUTE);
    expect(rig.running).toHaveLength(2);
    expect(await process.stop()).toBe('clean');
    expect(rig.running).toEqual([]);
    await rig.clock.pass(DAY);
    const runs = await Promise.all(manyTenants(5).map(({ tenant }) => rig.runs(tenant)));
    expect(runs.flat().map(({ outcome }) => outcome)).toEqual(['partial', 'partial']);
  });

  test('reports `broken` if the end of a run cannot be recorded', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const reached = Promise.withResolvers<void>();
    rig.script.work = async () => {
      await reached.promise;
      throw new DatabaseError('the disk is full');
    };
    const process = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    const stopped = process.stop();
    reached.resolve();
    expect(await stopped).toBe('broken');
  });
});

describe('housekeeping', () => {
  test('runs at the first tick and then every hour for all tenants, and after each run for its tenant', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const onDemand = scheduledTenant('', { tenant: 'on-demand' });
    const { schedule: _, ...unscheduled } = onDemand;
    const process = await rig.start([nightly, unscheduled]);
    await rig.clock.pass(45 * MINUTE);
    const all = ['acme', 'on-demand'];
    expect(process.housekept).toEqual([all, ['acme']]);
    await rig.clock.pass(2 * HOUR);
    expect(process.housekept).toEqual([all, ['acme'], all, all]);
    await process.stop();
  });
});

describe('housekeeping at a stop', () => {
  test('is waited for if it is running, and is not started again', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const done = Promise.withResolvers<void>();
    rig.script.housekeeping = () => done.promise;
    const process = await rig.start(manyTenants(3));
    await rig.clock.pass(HOUR);
    // That of the first tick; those after the runs wait for it.
    const started = [...process.housekept];
    expect(started).toEqual([['tenant-0', 'tenant-1', 'tenant-2']]);
    let stopped = false;
    const ending = process.stop().then(() => {
      stopped = true;
    });
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    done.resolve();
    await ending;
    expect(process.housekept).toEqual(started);
  });

  test('logs a failure, and the next one still runs', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    rig.script.housekeeping = async () => {
      throw new DatabaseError('the disk is full');
    };
    const process = await rig.start(manyTenants(2));
    await rig.clock.pass(45 * MINUTE);
    await process.stop();
    // Their runs end at the same time, in any order.
    const [first, ...others] = process.housekept;
    expect(first).toEqual(['tenant-0', 'tenant-1']);
    expect(others.toSorted()).toEqual([['tenant-0'], ['tenant-1']]);
    const errors = process.log.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual(Array(3).fill('the disk is full'));
  });
});

/** Random values in [0, 1), the same in every run of the test. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
