import { describe, expect, test } from 'vitest';
import { METRICS } from '../support/metrics.ts';
import { seedDay, startWebWorld } from '../support/web-world.ts';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function samplesIn(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(sharetrail_\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null) return [];
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value] as const,
    );
    return [{ name: match[1] ?? '', labels: Object.fromEntries(labels), value: Number(match[3]) }];
  });
}

describe('metrics', () => {
  test('have the names and labels of the contract, and no others', async () => {
    await using world = await startWebWorld({ schedule: '0 2 * * *' });
    seedDay(world.sandbox);
    const { text, headers } = await world.send('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    const types = [...text.matchAll(/^# TYPE (sharetrail_\w+)/gm)].map(([, name]) => name);
    expect(types.toSorted()).toEqual(Object.keys(METRICS).toSorted());
    for (const { name, labels } of samplesIn(text)) {
      const { le: _, ...own } = labels;
      expect(Object.keys(own).toSorted(), name).toEqual(METRICS[name]?.toSorted());
    }
    expect(text).toContain('process_cpu_seconds_total');
  });

  test('say what the database and the run report say', async () => {
    await using world = await startWebWorld({ schedule: '0 2 * * *', isSynced: false });
    const report = await world.sync();
    const samples = samplesIn((await world.send('/metrics')).text);
    const measured = (name: string, labels: Readonly<Record<string, string>>) =>
      samples
        .filter((sample) => sample.name === name)
        .filter((sample) =>
          Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
        )
        .reduce((sum, { value }) => sum + value, 0);
    expect(measured('sharetrail_events', { state: 'delivered' })).toBe(report.delivered);
    expect(measured('sharetrail_events', { state: 'held' })).toBe(report.held);
    for (const [reason, count] of Object.entries(report.skipped)) {
      expect(measured('sharetrail_skipped_events', { reason }), reason).toBe(count);
    }
    for (const [vendor, calls] of Object.entries(report.calls)) {
      expect(measured('sharetrail_vendor_calls_total', { vendor }), vendor).toBe(calls);
    }
    expect(measured('sharetrail_gong_requests_total', {})).toBe(report.calls.gong);
    expect(measured('sharetrail_runs_total', { outcome: 'ok', kind: 'sync' })).toBe(1);
    expect(measured('sharetrail_gong_calls_used', { account: 'sandbox' })).toBe(report.calls.gong);
    expect(measured('sharetrail_last_good_run_timestamp_seconds', {}) * 1_000).toBe(
      Date.parse(report.startedAt),
    );
    expect(measured('sharetrail_next_run_timestamp_seconds', {})).toBeGreaterThan(0);
  });

  test('name no person, file, or secret', async () => {
    await using world = await startWebWorld();
    const samples = samplesIn((await world.send('/metrics')).text);
    const texts = samples.flatMap(({ labels }) => Object.values(labels)).join('\n');
    expect(texts).not.toMatch(/@|user\/|\/d\/|drive\/changes/);
  });
});

describe('the probes', () => {
  test('ready while the scheduler ticks, otherwise 503 with the reason', async () => {
    await using world = await startWebWorld({ seed: () => {}, isSynced: false });
    expect(await world.send('/readyz')).toMatchObject({ status: 200 });
    world.setTickedAt(world.context.clock.now() - 10 * 60_000);
    world.sandbox.clock.advance(2_000);
    expect(await world.send('/readyz')).toMatchObject({
      status: 503,
      text: expect.stringMatching(/^the scheduler last ticked 60\d s ago\n$/),
    });
    expect(await world.send('/healthz')).toMatchObject({ status: 200 });
  });

  test('not ready while another process locks the database; reading continues', async () => {
    await using world = await startWebWorld();
    const { default: Sqlite } = await import('better-sqlite3');
    const other = new Sqlite(`${world.folder}/sharetrail.db`);
    other.exec('begin immediate');
    try {
      expect(await world.send('/readyz')).toMatchObject({
        status: 503,
        text: 'the database is locked by another process, or does not respond\n',
      });
      expect(await world.send('/', { headers: { accept: 'text/html' } })).toMatchObject({
        status: 200,
      });
    } finally {
      other.exec('rollback');
      other.close();
    }
    world.sandbox.clock.advance(2_000);
    expect(await world.send('/readyz')).toMatchObject({ status: 200 });
  });
});
