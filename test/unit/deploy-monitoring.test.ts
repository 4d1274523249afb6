import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../src/web/metrics/metrics.ts';
import { readProject } from '../support/tidy/tree.ts';

const FILES = ['deploy/monitoring/alerts.yaml', 'deploy/monitoring/grafana-dashboard.json'];
const NAME = /\bsharetrail_[a-z_]+\b/g;
/** A histogram is queried by one of its series. */
const SERIES = /_(?:bucket|sum|count)$/;

const project = new Map(readProject().map(({ path, text }) => [path, text]));

describe.each(FILES)('%s', (path) => {
  test('names only metrics that exist', () => {
    const known = createMetrics().names();
    const named = new Set((project.get(path) ?? '').match(NAME) ?? []);
    expect(named.size).toBeGreaterThan(4);
    for (const name of named) expect(known, name).toContain(name.replace(SERIES, ''));
  });
});

/** What each metric is labeled with; the contract of `/metrics`. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  sharetrail_events: ['tenant', 'source', 'state'],
  sharetrail_skipped_events: ['tenant', 'reason'],
  sharetrail_runs_total: ['tenant', 'kind', 'outcome'],
  sharetrail_run_duration_seconds: ['tenant', 'kind'],
  sharetrail_last_good_run_timestamp_seconds: ['tenant'],
  sharetrail_oldest_pending_timestamp_seconds: ['tenant'],
  sharetrail_next_run_timestamp_seconds: ['tenant'],
  sharetrail_gong_requests_total: ['tenant', 'status'],
  sharetrail_gong_request_duration_seconds: [],
  sharetrail_gong_calls_used: ['account'],
  sharetrail_gong_calls_limit: ['account'],
  sharetrail_vendor_calls_total: ['tenant', 'vendor'],
  sharetrail_cursor_timestamp_seconds: ['tenant', 'stream'],
};

test.each(FILES)('%s selects by labels that the metrics have', (path) => {
  const selections = [...(project.get(path) ?? '').matchAll(/\b(sharetrail_[a-z_]+)\{([^}]*)\}/g)];
  expect(selections.length).toBeGreaterThan(1);
  for (const [, name = '', matchers = ''] of selections) {
    const labels = [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)/g)].map(([, label]) => label);
    const known = LABELS[name.replace(SERIES, '')];
    expect(known, name).toEqual(expect.arrayContaining(labels));
  }
});

test('control: a metric that does not exist is not known', () => {
  expect(createMetrics().names()).not.toContain('sharetrail_eventz');
});
