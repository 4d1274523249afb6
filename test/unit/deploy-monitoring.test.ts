import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../src/web/metrics/metrics.ts';
import { METRICS } from '../support/metrics.ts';
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

test.each(FILES)('%s selects by labels that the metrics have', (path) => {
  const selections = [...(project.get(path) ?? '').matchAll(/\b(sharetrail_[a-z_]+)\{([^}]*)\}/g)];
  expect(selections.length).toBeGreaterThan(1);
  for (const [, name = '', matchers = ''] of selections) {
    const labels = [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)/g)].map(([, label]) => label);
    const known = METRICS[name.replace(SERIES, '')];
    expect(known, name).toEqual(expect.arrayContaining(labels));
  }
});

test('control: a metric that does not exist is not known', () => {
  expect(createMetrics().names()).not.toContain('sharetrail_eventz');
});
