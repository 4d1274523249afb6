import { describe, expect, test } from 'vitest';
import { StopRequested } from '../../src/lib/errors.ts';
import { runError } from '../../src/runs/stage-errors.ts';
import { Alerts, alertOnRuns } from '../../src/service/alerts.ts';
import { ALERT_LIMITS } from '../../src/service/limits.ts';
import { type AlertRig, reportOf, startAlertRig, WEBHOOK_PATH } from '../support/alert-rig.ts';
import { until } from '../support/until.ts';

const HOUR_MS = 60 * 60_000;
const never = new AbortController().signal;
const STOP = runError('run', new StopRequested());

describe('alertOnRuns', () => {
  test('posts one alert about the failed and partial runs', async () => {
    const rig = await startAlertRig();
    await alertOnRuns(rig.context, [
      reportOf('acme'),
      reportOf('globex', { outcome: 'ok', errors: [] }),
      reportOf('initech', { outcome: 'partial' }),
      reportOf('umbrella', { outcome: 'busy', errors: [] }),
    ]);
    expect(rig.texts()).toHaveLength(1);
    expect(rig.texts()[0]).toMatch(/acme[\s\S]*initech/);
    expect(rig.texts()[0]).not.toMatch(/globex|umbrella/);
    await alertOnRuns(rig.context, [reportOf('globex', { outcome: 'ok', errors: [] })]);
    expect(rig.texts()).toHaveLength(1);
  });

  test('posts no alert about a run that only stopped on request', async () => {
    const rig = await startAlertRig();
    await alertOnRuns(rig.context, [reportOf('acme', { outcome: 'partial', errors: [STOP] })]);
    expect(rig.texts()).toEqual([]);
    const errors = [...reportOf('acme').errors, STOP];
    await alertOnRuns(rig.context, [reportOf('acme', { outcome: 'partial', errors })]);
    expect(rig.texts()).toHaveLength(1);
  });

  test('logs a warning without the address if the webhook fails', async () => {
    const rig = await startAlertRig({ handler: (_request, reply) => reply.respond(403, 'no') });
    await alertOnRuns(rig.context, [reportOf('acme')]);
    expect(rig.logged).toEqual([
      expect.stringMatching(/^warn the alert was not delivered to alerts.webhook: it returned 403/),
    ]);
    expect(rig.logged.join()).not.toContain(WEBHOOK_PATH);
    expect(rig.logged.join()).not.toContain(rig.peer.origin);
  });

  test('posts nothing without a webhook', async () => {
    const rig = await startAlertRig({ alerts: 'off' });
    await alertOnRuns(rig.context, [reportOf('acme')]);
    expect(rig.peer.requests).toEqual([]);
    expect(rig.logged).toEqual([]);
  });
});

describe('Alerts', () => {
  test('posts one alert about hundreds of tenants that fail together', async () => {
    const rig = await startAlertRig();
    const alerts = new Alerts(rig.context, never);
    for (let tenant = 0; tenant < 300; tenant += 1) {
      alerts.addRun(rig.context, reportOf(`tenant-${tenant}`));
    }
    await rig.pass(ALERT_LIMITS.gatherMs);
    await alerts.settled();
    expect(rig.texts()).toEqual([expect.stringContaining('300 tenants need attention')]);
  });

  test('waits betweenPostsMs after a post', async () => {
    const rig = await startAlertRig();
    const alerts = new Alerts(rig.context, never);
    alerts.addRun(rig.context, reportOf('acme'));
    await rig.pass(ALERT_LIMITS.gatherMs);
    await alerts.settled();
    alerts.addRun(rig.context, reportOf('globex'));
    await rig.pass(ALERT_LIMITS.betweenPostsMs - 1);
    expect(rig.texts()).toHaveLength(1);
    expect(rig.clock.sleepers).toBe(1);
    alerts.addRun(rig.context, reportOf('initech'));
    await rig.pass(1);
    await alerts.settled();
    expect(rig.texts()).toEqual([
      expect.stringContaining('acme failed'),
      expect.stringMatching(/globex, initech: failed/),
    ]);
  });

  test('posts at most postsPerHourMax alerts per hour, without losing a run', async () => {
    const rig = await startAlertRig();
    const alerts = new Alerts(rig.context, never);
    const { postsPerHourMax } = ALERT_LIMITS;
    const beganAt = rig.clock.now();
    await failEachMinute(rig, alerts, 59);
    expect(rig.texts()).toHaveLength(postsPerHourMax);
    await rig.pass(HOUR_MS);
    await alerts.settled();
    expect(rig.clock.now() - beganAt).toBeGreaterThan(HOUR_MS);
    const counts = rig.texts().map((text) => Number(/last of (\d+)/.exec(text)?.[1] ?? 1));
    expect(counts).toHaveLength(postsPerHourMax + 1);
    expect(counts.reduce((sum, runs) => sum + runs, 0)).toBe(59);
  });

  test('posts queued alerts at once when a stop is requested', async () => {
    const rig = await startAlertRig();
    const stop = new AbortController();
    const alerts = new Alerts(rig.context, stop.signal);
    alerts.addRun(rig.context, reportOf('acme'));
    expect(rig.texts()).toEqual([]);
    stop.abort(new StopRequested());
    await alerts.settled();
    expect(rig.texts()).toHaveLength(1);
  });

  test('ignores successful runs, and all runs without a webhook', async () => {
    const rig = await startAlertRig({ alerts: 'off' });
    const alerts = new Alerts(rig.context, never);
    alerts.addRun(rig.context, reportOf('acme'));
    await alerts.settled();
    const other = await startAlertRig();
    const silent = new Alerts(other.context, never);
    silent.addRun(other.context, reportOf('acme', { outcome: 'ok', errors: [] }));
    await silent.settled();
    expect(rig.clock.sleepers + other.clock.sleepers).toBe(0);
  });
});

async function failEachMinute(rig: AlertRig, alerts: Alerts, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    const before = rig.texts().length;
    alerts.addRun(rig.context, reportOf('acme'));
    await rig.pass(60_000);
    // Either the wait is over and the post follows, or it is not over yet.
    await until(() => rig.clock.sleepers > 0 || rig.texts().length > before);
    if (rig.clock.sleepers === 0) await alerts.settled();
  }
}
