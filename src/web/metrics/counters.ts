import { Counter, Histogram, type Registry } from 'prom-client';
import type { RunReport } from '../../db/run-report.ts';
import type { RunListener } from '../../runs/run-events.ts';

/** A run takes seconds on a usual night, and hours after a long backfill. */
const RUN_SECONDS = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200];
/** A request to Gong times out after 30 s. */
const REQUEST_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const OUTCOMES = ['ok', 'partial', 'failed'] as const;

/** What this process did since it started. */
export interface RunMetrics {
  /** Makes the first run of a tenant an increase from 0, which alert rules need. */
  addTenant(tenant: string): void;
  /** Counts the calls of one run. */
  listenerOf(tenant: string): RunListener;
  addRun(report: RunReport): void;
}

export function createRunMetrics(register: Registry): RunMetrics {
  const registers = [register];
  const runs = new Counter({
    name: 'sharetrail_runs_total',
    help: 'Runs that ended, by outcome.',
    labelNames: ['tenant', 'kind', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'sharetrail_run_duration_seconds',
    help: 'Duration of runs.',
    labelNames: ['tenant', 'kind'],
    buckets: RUN_SECONDS,
    registers,
  });
  const requests = new Counter({
    name: 'sharetrail_gong_requests_total',
    help: 'Requests to Gong, by HTTP status; "none" if no response came.',
    labelNames: ['tenant', 'status'],
    registers,
  });
  const requestDurations = new Histogram({
    name: 'sharetrail_gong_request_duration_seconds',
    help: 'Time until the response of Gong.',
    buckets: REQUEST_SECONDS,
    registers,
  });
  const calls = new Counter({
    name: 'sharetrail_vendor_calls_total',
    help: 'Calls, as the vendor bills them.',
    labelNames: ['tenant', 'vendor'],
    registers,
  });
  return {
    addTenant: (tenant) => {
      for (const outcome of OUTCOMES) runs.inc({ tenant, kind: 'sync', outcome }, 0);
    },
    listenerOf: (tenant) => (event) => {
      if (event.kind === 'call made') calls.inc({ tenant, vendor: event.vendor });
      if (event.kind !== 'gong responded') return;
      requests.inc({ tenant, status: event.status === undefined ? 'none' : `${event.status}` });
      requestDurations.observe(event.durationMs / 1_000);
    },
    addRun: ({ tenant, kind, outcome, startedAt, finishedAt }) => {
      runs.inc({ tenant, kind, outcome });
      if (outcome === 'busy') return;
      const ms = Date.parse(finishedAt) - Date.parse(startedAt);
      durations.observe({ tenant, kind }, Math.max(0, ms) / 1_000);
    },
  };
}
