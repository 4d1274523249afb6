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

function whys({ log }: Process): unknown[] {
  return log.filter(({ message }) => message === 'run starts').map(({ fields }) => fields['why']);
}

describe('many tenants at one time', () => {
  test('they start spread over a minute, each at a place that chance gave it', async () => {
    const places = [0.99, 0, 0.5];
    const rig = new SchedulerRig({ now: BEFORE, runMs: 1_000, random: () => places.shift() ?? 0 });
    const process = await rig.start(manyTenants(3));
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.starts('tenant-0')).toEqual(['2026-11-02T02:00:59.400Z']);
    expect(await rig.starts('tenant-1')).toEqual(['2026-11-02T02:00:00.000Z']);
    expect(await rig.starts('tenant-2')).toEqual(['2026-11-02T02:00:30.000Z']);
  });

  test('never more than tenantsAtOnce work side by side, and each gets its turn', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start(manyTenants(10), { tenantsAtOnce: 3 });
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(rig.atWorkMax).toBe(3);
    const runs = await Promise.all(manyTenants(10).map(({ tenant }) => rig.runs(tenant)));
    expect(runs.map((each) => each.length)).toEqual(Array(10).fill(1));
  });

  test('who was due first goes first', async () => {
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

  test('one whose run breaks changes nothing for another, nor for its own next night', async () => {
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
  test('is followed by one run for all the times that passed meanwhile, and never overlapped', async () => {
    const hourly = scheduledTenant('0 * * * *', { start: START });
    const rig = new SchedulerRig({ now: BEFORE, runMs: 150 * MINUTE });
    rig.script.work = async () => {
      if (rig.clock.now() > START + 3 * HOUR) rig.script.ms = MINUTE;
      return { outcome: 'ok' };
    };
    const process = await rig.start([hourly]);
    await rig.clock.pass(5 * HOUR);
    await process.stop();
    expect(rig.atWorkMax).toBe(1);
    expect((await rig.starts()).slice(0, 3)).toEqual([
      '2026-11-02T01:30:00.000Z',
      // 02:00, 03:00 and 04:00 passed.
      '2026-11-02T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z',
    ]);
  });
});

describe('a tenant that another run holds', () => {
  test('is skipped with a line in the log, and tried again every few minutes', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([nightly]);
    const stranger = { name: 'tenant acme', holder: 'elsewhere|1|1|1' };
    await rig.clock.pass(29 * MINUTE);
    const { db } = process.context;
    expect(await acquireLease(db, stranger, rig.clock.now())).toBe(true);
    for (let beat = 0; beat < 40; beat += 1) {
      await rig.clock.pass(15_000);
      await extendLease(db, stranger, rig.clock.now());
    }
    // It dies here: nobody gives its lease back.
    await rig.clock.pass(HOUR);
    await process.stop();

    expect(await rig.starts()).toEqual(['2026-11-02T02:12:00.000Z']);
    expect(process.log.filter(({ level }) => level === 'warn')).toEqual(
      ['02:03', '02:06', '02:09', '02:12'].map((time) => ({
        level: 'warn',
        message: 'turn skipped: another run holds the tenant',
        fields: { tenant: 'acme', again: `2026-11-02T${time}:00.000Z` },
      })),
    );
    expect(whys(process)).toEqual(['tried again']);
  });

  test('is left alone once the other has served the turn', async () => {
    const places = [0, 0.5];
    const random = () => places.shift() ?? 0;
    const rig = new SchedulerRig({ now: BEFORE, runMs: 10 * MINUTE, random });
    const first = await rig.start([nightly]);
    const second = await rig.start([nightly]);
    await rig.clock.pass(3 * HOUR);
    await Promise.all([first.stop(), second.stop()]);
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z']);
    expect([...whys(first), ...whys(second)]).toEqual(['schedule']);
    expect(second.log).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  test('is tried until the next time is due, which takes the place of the one before', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const hourly = scheduledTenant('0 * * * *', { start: Date.parse(BEFORE) });
    const process = await rig.start([hourly]);
    const stranger = { name: 'tenant acme', holder: 'elsewhere|1|1|1' };
    const { db } = process.context;
    await acquireLease(db, stranger, rig.clock.now());
    for (let beat = 0; beat < 4 * 95; beat += 1) {
      await rig.clock.pass(15_000);
      await extendLease(db, stranger, rig.clock.now());
    }
    await releaseLease(db, stranger);
    await rig.clock.pass(30 * MINUTE);
    await process.stop();
    // 02:00 and 03:00 were due and could not be served: one run for both.
    expect(await rig.starts()).toEqual(['2026-11-02T03:06:00.000Z']);
  });
});

describe('two schedulers on one database', () => {
  test('never overlap on a tenant, and never serve one turn twice, over a month of nights', async () => {
    const chances = chancesFrom(7);
    const rig = new SchedulerRig({ now: BEFORE, random: chances, runMs: 40_000 });
    const tenants = manyTenants(6);
    const processes = [await rig.start(tenants), await rig.start(tenants)];
    const overlaps: string[] = [];
    rig.script.work = async (tenant) => {
      if (rig.atWork.filter((other) => other === tenant).length > 1) overlaps.push(tenant);
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
    // Both had a part in it, or the test would show nothing.
    for (const process of processes) expect(whys(process).length).toBeGreaterThan(10);
  });
});

describe('a turn that was not served', () => {
  test('because its process died in it, is made up for at the next start', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const first = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    await first.stop();
    // As a kill leaves it: the row without an end, and nobody holding the tenant.
    const { db } = first.context;
    await db.updateTable('run').set({ finished_at: null, outcome: null, report: null }).execute();
    const second = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    await second.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z', '2026-11-02T02:30:00.000Z']);
  });

  test('because its process was asked to stop in it, is made up for at the next start', async () => {
    const rig = new SchedulerRig({ now: BEFORE, runMs: 10 * MINUTE });
    const first = await rig.start([nightly]);
    await rig.clock.pass(35 * MINUTE);
    expect(await first.stop()).toBe('clean');
    const [cut] = await rig.runs();
    expect(cut).toMatchObject({ outcome: 'partial', finishedAt: Date.parse('2026-11-02T02:05Z') });

    const second = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    await second.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z', '2026-11-02T02:05:00.000Z']);
  });

  test('because the database was unfit, is tried again, at growing intervals', async () => {
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

  test('gives way to the time that came due meanwhile, which is served at once', async () => {
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
    expect(whys(process)).toEqual(['schedule', 'schedule']);
  });

  test('a failed run serves its turn: the next night tries again', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    rig.script.work = async () => ({ outcome: 'failed' });
    const process = await rig.start([nightly]);
    await rig.clock.pass(DAY + HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z', '2026-11-03T02:00:00.000Z']);
  });
});

describe('a clock that goes wrong', () => {
  test('set back over a time that was served: it is not served twice', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    rig.setMs = -HOUR;
    await rig.clock.pass(DAY);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z']);
  });

  test('a week ahead and set right: the nights are served again from the first on', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    rig.setMs = 7 * DAY;
    await rig.clock.pass(HOUR);
    rig.setMs = 0;
    await rig.clock.pass(2 * DAY);
    await process.stop();
    expect(await rig.starts()).toEqual([
      '2026-11-02T02:00:00.000Z',
      '2026-11-03T02:00:00.000Z',
      '2026-11-04T02:00:00.000Z',
      // While the clock was ahead: this run is no night's before it.
      '2026-11-09T02:31:00.000Z',
    ]);
  });
});

describe('asked to stop', () => {
  test('nothing more is started, and what is under way is waited for', async () => {
    const rig = new SchedulerRig({ now: BEFORE, runMs: 10 * MINUTE });
    const process = await rig.start(manyTenants(5), { tenantsAtOnce: 2 });
    await rig.clock.pass(35 * MINUTE);
    expect(rig.atWork).toHaveLength(2);
    expect(await process.stop()).toBe('clean');
    expect(rig.atWork).toEqual([]);
    await rig.clock.pass(DAY);
    const runs = await Promise.all(manyTenants(5).map(({ tenant }) => rig.runs(tenant)));
    expect(runs.flat().map(({ outcome }) => outcome)).toEqual(['partial', 'partial']);
  });

  test('a run whose end cannot be written is told', async () => {
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
  test('follows each run for its tenant, and comes each hour for all', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const onDemand = scheduledTenant('', { tenant: 'on-demand' });
    const { schedule: _, ...unscheduled } = onDemand;
    const process = await rig.start([nightly, unscheduled]);
    await rig.clock.pass(45 * MINUTE);
    expect(process.kept).toEqual([['acme']]);
    await rig.clock.pass(2 * HOUR);
    expect(process.kept).toEqual([['acme'], ['acme', 'on-demand'], ['acme', 'on-demand']]);
    await process.stop();
  });
});

describe('housekeeping at the end', () => {
  test('what is under way is waited for, and nothing more of it is begun', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const done = Promise.withResolvers<void>();
    rig.script.keepHouse = () => done.promise;
    const process = await rig.start(manyTenants(3));
    await rig.clock.pass(HOUR);
    expect(process.kept).toEqual([['tenant-0']]);
    let stopped = false;
    const ending = process.stop().then(() => {
      stopped = true;
    });
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    done.resolve();
    await ending;
    expect(process.kept).toEqual([['tenant-0']]);
  });

  test('one that fails is told, and the next follows all the same', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    rig.script.keepHouse = async () => {
      throw new DatabaseError('the disk is full');
    };
    const process = await rig.start(manyTenants(2));
    await rig.clock.pass(45 * MINUTE);
    await process.stop();
    expect(process.kept).toEqual([['tenant-0'], ['tenant-1']]);
    const errors = process.log.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual(Array(2).fill('the disk is full'));
  });
});

/** Places in [0, 1), the same in each run of the test. */
function chancesFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
