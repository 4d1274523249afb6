import { describe, expect, test } from 'vitest';
import { DAY, HOUR, SchedulerRig, scheduledTenant } from '../support/scheduler-rig.ts';

describe('a year of nightly runs', () => {
  /** Each at a time that its timezone skips in spring, repeats in autumn, or both. */
  const tenants = [
    scheduledTenant('30 2 * * *', { tenant: 'spring', timezone: 'America/New_York' }),
    scheduledTenant('30 1 * * *', { tenant: 'autumn', timezone: 'America/New_York' }),
    scheduledTenant('30 2 * * *', { tenant: 'both', timezone: 'Europe/Berlin' }),
    scheduledTenant('10 2 * * *', { tenant: 'half-spring', timezone: 'Australia/Lord_Howe' }),
    scheduledTenant('40 1 * * *', { tenant: 'half-autumn', timezone: 'Australia/Lord_Howe' }),
    scheduledTenant('0 2 * * *', { tenant: 'utc' }),
  ];

  test('has exactly one run in each of 366 nights, with both clock changes', async () => {
    // Due runs do not depend on the number of ticks, so a tick every ten minutes is enough.
    const rig = new SchedulerRig({ now: '2026-05-31T20:00:00Z', tickMs: 10 * 60_000 });
    const start = Date.parse('2026-06-01T00:00:00Z');
    const process = await rig.start(tenants.map((tenant) => ({ ...tenant, start })));
    await rig.clock.pass(366 * DAY);
    await process.stop();

    for (const { tenant, timezone } of tenants) {
      const runs = await rig.runs(tenant);
      const nights = runs.map(({ startedAt }) => dayIn(timezone, startedAt));
      expect(new Set(nights).size, tenant).toBe(nights.length);
      expect(nights, tenant).toHaveLength(366);
      expect(runs.every(({ outcome }) => outcome === 'ok')).toBe(true);
      // A skipped night would be visible as a gap.
      const gaps = runs.slice(1).map((run, index) => run.startedAt - (runs[index]?.startedAt ?? 0));
      expect(Math.max(...gaps), tenant).toBeLessThanOrEqual(25 * HOUR);
      expect(Math.min(...gaps), tenant).toBeGreaterThanOrEqual(23 * HOUR);
    }
  });

  test('runs at the scheduled wall-clock time, or at the transition if it is skipped', async () => {
    const rig = new SchedulerRig({ now: '2027-03-12T20:00:00Z' });
    const tenant = scheduledTenant('30 2 * * *', {
      timezone: 'America/New_York',
      start: Date.parse('2027-03-12T20:00:00Z'),
    });
    const process = await rig.start([tenant]);
    await rig.clock.pass(3 * DAY);
    await process.stop();
    expect(await rig.starts()).toEqual([
      '2027-03-13T07:30:00.000Z',
      '2027-03-14T07:00:00.000Z',
      '2027-03-15T06:30:00.000Z',
    ]);
  });
});

describe('a due time that passed while the process was down', () => {
  const nightly = scheduledTenant('0 2 * * *');

  test('causes one immediate catch-up run after an outage of three days', async () => {
    const rig = new SchedulerRig({ now: '2026-11-02T01:00:00Z' });
    const before = await rig.start([nightly]);
    await rig.clock.pass(2 * HOUR);
    await before.stop();
    rig.clock.advance(3 * DAY + 7 * HOUR);

    const after = await rig.start([nightly]);
    await rig.clock.pass(20 * HOUR);
    await after.stop();

    expect(await rig.starts()).toEqual([
      '2026-11-02T01:00:00.000Z',
      '2026-11-02T02:00:00.000Z',
      '2026-11-05T10:00:00.000Z',
      '2026-11-06T02:00:00.000Z',
    ]);
    const started = after.log.filter(({ message }) => message === 'run starts');
    expect(started.map(({ fields }) => fields)).toEqual([
      { tenant: 'acme', why: 'catch-up', due: '2026-11-05T02:00:00.000Z' },
      { tenant: 'acme', why: 'schedule', due: '2026-11-06T02:00:00.000Z' },
    ]);
  });

  test('causes one catch-up run after the machine slept for three nights', async () => {
    const rig = new SchedulerRig({ now: '2026-11-02T03:00:00Z' });
    const process = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    rig.clock.advance(3 * DAY);
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T03:00:00.000Z', '2026-11-05T04:00:00.000Z']);
    const [, woken] = process.log.filter(({ message }) => message === 'run starts');
    expect(woken?.fields).toMatchObject({ why: 'catch-up', due: '2026-11-05T02:00:00.000Z' });
  });

  test('is required for a catch-up run: a short stop without one causes none', async () => {
    const rig = new SchedulerRig({ now: '2026-11-02T02:00:00Z' });
    const before = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    await before.stop();
    const after = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    await after.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z']);
  });

  test('causes an immediate run for a tenant that never ran', async () => {
    const rig = new SchedulerRig({ now: '2026-11-02T15:00:00Z' });
    const process = await rig.start([nightly]);
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T15:00:00.000Z']);
  });

  test('causes no run for a tenant with a start after that due time', async () => {
    const rig = new SchedulerRig({ now: '2026-11-02T15:00:00Z' });
    const start = Date.parse('2026-11-02T12:00:00Z');
    const process = await rig.start([{ ...nightly, start }]);
    await rig.clock.pass(12 * HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-03T02:00:00.000Z']);
  });
});

function dayIn(timezone: string, at: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(at);
}
