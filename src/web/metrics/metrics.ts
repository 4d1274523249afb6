import { collectDefaultMetrics, Registry } from 'prom-client';
import type { CursorTime } from '../../operator/cursor-times.ts';
import { readCursorTimes } from '../../operator/sync-cursors.ts';
import type { WebData } from '../web-data.ts';
import { createRunMetrics, type RunMetrics } from './counters.ts';
import { createGauges, type Measured } from './gauges.ts';

export interface Metrics {
  readonly runs: RunMetrics;
  readonly contentType: string;
  names(): readonly string[];
  /** Reads the database, and returns all metrics as Prometheus' text. */
  render(data: WebData): Promise<string>;
}

/** No label contains a person, a file or a secret. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const runs = createRunMetrics(registry);
  const setGauges = createGauges(registry);
  return {
    runs,
    contentType: registry.contentType,
    names: () => registry.getMetricsAsArray().map(({ name }) => name),
    render: async (data) => {
      setGauges(await measure(data));
      return registry.metrics();
    },
  };
}

async function measure(data: WebData): Promise<Measured> {
  const [statuses, counts] = [await data.statuses(), await data.counts()];
  const { context, tenants } = data.view();
  const lastGoodRuns = await data.lastGoodRuns();
  const cursors = new Map<string, readonly CursorTime[]>();
  for (const { tenant } of tenants) cursors.set(tenant, await readCursorTimes(context, tenant));
  const { depth } = await data.queue();
  return { statuses, lastGoodRuns, cursors, queue: depth, ...counts };
}
