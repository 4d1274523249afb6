import { describe, expect, test } from 'vitest';
import type { TenantConfig } from '../../src/config/types.ts';
import { formatHolder, thisProcess } from '../../src/db/holder.ts';
import { acquireLease, extendLease } from '../../src/db/leases.ts';
import { beginRun } from '../../src/db/runs.ts';
import type { NextDue } from '../../src/runs/overdue-times.ts';
import { leaseName } from '../../src/runs/tenant-lease.ts';
import { nextDue } from '../../src/scheduler/due-times.ts';
import { housekeeping } from '../../src/service/after-runs.ts';
import { Alerts } from '../../src/service/alerts.ts';
import { type AlertRig, startAlertRig } from '../support/alert-rig.ts';
import { until } from '../support/until.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const signal = new AbortController().signal;

/** A service with housekeeping every hour; the test adds the runs. */
class Service {
  readonly rig: AlertRig;
  readonly alerts: Alerts;
  schedule: string | undefined = '0 2 * * *';
  nextDue: NextDue = nextDue;
  #runs = 0;

  constructor(rig: AlertRig) {
    this.rig = rig;
    this.alerts = new Alerts(rig.context, signal);
  }

  get now(): number {
    return this.rig.clock.now();
  }

  /** Runs housekeeping every hour until `at`. Returns the number of alerts so far. */
  async until(at: number): Promise<number> {
    for (let next = this.now; next <= at; next += HOUR_MS) {
      this.rig.clock.advance(next - this.now);
      await this.housekeep();
    }
    return this.rig.texts().length;
  }

  async housekeep(): Promise<void> {
    const tenant = { tenant: 'acme', timezone: 'UTC', schedule: this.schedule };
    const { alerts } = this;
    const { context, clock } = this.rig;
    const service = { alerts, nextDue: this.nextDue, signal };
    await housekeeping(context, [tenant as TenantConfig], service);
    let settled = false;
    const over = alerts.settled().then(() => {
      settled = true;
    });
    while (!settled) {
      await until(() => settled || clock.sleepers > 0);
      if (!settled) clock.advance(MINUTE_MS);
    }
    await over;
  }

  async run(
    startedAt: number,
    changes: { outcome?: string; kind?: string; report?: string } = {},
  ): Promise<void> {
    this.#runs += 1;
    const { outcome = 'ok', kind = 'sync', report = '{}' } = changes;
    const { db } = this.rig.context;
    const runId = `run-${this.#runs}`;
    await beginRun(db, { runId, tenant: 'acme', kind, startedAt });
    const finished = { outcome, finished_at: startedAt + MINUTE_MS, report };
    if (outcome === 'open') return;
    await db.updateTable('run').set(finished).where('run_id', '=', runId).execute();
  }
}

/** Starts at 2026-11-02 02:00:00 UTC, a Monday. */
async function startService(): Promise<Service> {
  return new Service(await startAlertRig());
}

describe('the overdue alert for a tenant that runs every night at 02:00', () => {
  test('is posted once, two nights after its last successful run', async () => {
    const service = await startService();
    const monday = service.now;
    await service.run(monday + 20_000);
    await service.run(monday + DAY_MS, { outcome: 'failed' });
    expect(await service.until(monday + 2 * DAY_MS - MINUTE_MS)).toBe(0);
    await service.run(monday + 2 * DAY_MS, { outcome: 'partial' });
    expect(await service.until(monday + 2 * DAY_MS + HOUR_MS)).toBe(1);
    expect(service.rig.texts()[0]).toContain(
      'acme: the last successful run began at 2026-11-02 02:00 UTC; ' +
        'its schedule is "0 2 * * *" (UTC)',
    );
    expect(await service.until(monday + 30 * DAY_MS)).toBe(1);
  });

  test('is posted again after a successful run in between', async () => {
    const service = await startService();
    const monday = service.now;
    expect(await service.until(monday + 4 * DAY_MS)).toBe(1);
    await service.run(monday + 4 * DAY_MS);
    expect(await service.until(monday + 6 * DAY_MS - 2 * HOUR_MS)).toBe(1);
    expect(await service.until(monday + 6 * DAY_MS + 2 * HOUR_MS)).toBe(2);
  });

  test('is not posted while its runs succeed', async () => {
    const service = await startService();
    const monday = service.now;
    for (let night = 0; night < 10; night += 1) {
      await service.run(monday + night * DAY_MS + 30_000);
      expect(await service.until(monday + (night + 1) * DAY_MS - HOUR_MS)).toBe(0);
    }
  });

  test('is posted two nights after monitoring began at the earliest', async () => {
    const service = await startService();
    const monday = service.now;
    await service.run(monday - 100 * DAY_MS);
    expect(await service.until(monday + 2 * DAY_MS - HOUR_MS)).toBe(0);
    expect(await service.until(monday + 2 * DAY_MS + HOUR_MS)).toBe(1);
    expect(service.rig.texts()[0]).toContain(
      'no successful run since monitoring began at 2026-11-02',
    );
  });

  test('is posted even if a backfill has succeeded', async () => {
    const service = await startService();
    const monday = service.now;
    await service.run(monday + DAY_MS, { kind: 'backfill' });
    expect(await service.until(monday + 2 * DAY_MS + HOUR_MS)).toBe(1);
  });

  test('waits for a running run, for at most one period', async () => {
    const service = await startService();
    const { db } = service.rig.context;
    const monday = service.now;
    const wednesday = monday + 2 * DAY_MS;
    await service.run(wednesday, { outcome: 'open' });
    const lease = { name: leaseName('acme'), holder: formatHolder(thisProcess()) };
    await acquireLease(db, lease, monday);
    await extendLease(db, lease, wednesday + 10 * DAY_MS);
    expect(await service.until(wednesday + DAY_MS - HOUR_MS)).toBe(0);
    expect(await service.until(wednesday + DAY_MS + HOUR_MS)).toBe(1);
  });

  test.each(['paused', 'throttled'])(
    'does not count runs that Gong %s as success',
    async (reason) => {
      const service = await startService();
      const monday = service.now;
      const report = JSON.stringify({ outcome: 'ok', errors: [], gongWait: { reason } });
      await service.run(monday + 20_000);
      await service.run(monday + DAY_MS, { report });
      await service.run(monday + 2 * DAY_MS, { report });
      expect(await service.until(monday + 2 * DAY_MS + HOUR_MS)).toBe(1);
      expect(service.rig.texts()[0]).toContain('last successful run began at 2026-11-02 02:00 UTC');
    },
  );

  test('does not wait for a run that died', async () => {
    const service = await startService();
    const wednesday = service.now + 2 * DAY_MS;
    await service.run(wednesday, { outcome: 'open' });
    expect(await service.until(wednesday + HOUR_MS)).toBe(1);
  });

  test('starts over with a new schedule, and ends without one', async () => {
    const service = await startService();
    const monday = service.now;
    expect(await service.until(monday + 2 * DAY_MS - HOUR_MS)).toBe(0);
    service.schedule = '0 3 * * *';
    expect(await service.until(monday + 3 * DAY_MS)).toBe(0);
    expect(await service.until(monday + 4 * DAY_MS + 2 * HOUR_MS)).toBe(1);
    service.schedule = undefined;
    await service.housekeep();
    expect(await service.rig.context.db.selectFrom('overdue').selectAll().execute()).toEqual([]);
  });
});

describe('the overdue alert for other schedules', () => {
  test('is not posted for a weekend in a schedule for working days', async () => {
    const service = await startService();
    service.schedule = '0 2 * * 1-5';
    const monday = service.now;
    const friday = monday + 4 * DAY_MS;
    await service.run(friday);
    expect(await service.until(friday + 4 * DAY_MS - HOUR_MS)).toBe(0);
    expect(await service.until(friday + 4 * DAY_MS + HOUR_MS)).toBe(1);
  });

  test('is posted after half an hour if the schedule is every 15 minutes', async () => {
    const service = await startService();
    service.schedule = '*/15 * * * *';
    await service.housekeep();
    service.rig.clock.advance(29 * MINUTE_MS);
    await service.housekeep();
    expect(service.rig.texts()).toHaveLength(0);
    service.rig.clock.advance(MINUTE_MS);
    await service.housekeep();
    expect(service.rig.texts()).toHaveLength(1);
  });

  test('is never posted for a schedule without due times', async () => {
    const service = await startService();
    service.nextDue = () => Number.POSITIVE_INFINITY;
    expect(await service.until(service.now + 5 * DAY_MS)).toBe(0);
  });
});

test('an alert that was not delivered is posted again an hour later', async () => {
  let responses = 0;
  const rig = await startAlertRig({
    handler: (_request, reply) => {
      responses += 1;
      reply.respond(responses === 1 ? 404 : 200);
    },
  });
  const service = new Service(rig);
  const monday = service.now;
  await service.until(monday + 2 * DAY_MS);
  expect(responses).toBe(1);
  await service.until(monday + 3 * DAY_MS);
  expect(responses).toBe(2);
});

test('without a webhook, no tenant is monitored', async () => {
  const service = new Service(await startAlertRig({ alerts: 'off' }));
  await service.until(service.now + 3 * DAY_MS);
  expect(await service.rig.context.db.selectFrom('overdue').selectAll().execute()).toEqual([]);
});
