import type { RunError, RunReport } from '../../src/db/run-report.ts';
import type { RunStatus, TenantStatus } from '../../src/operator/status.ts';

export const STATUS_NOW = Date.UTC(2026, 10, 24, 12);
const HOUR_MS = 60 * 60_000;

/** The status of a tenant whose last run, five hours ago, was a success. */
export function tenantStatus(changes: Partial<TenantStatus> = {}): TenantStatus {
  return {
    tenant: 'acme',
    timezone: 'UTC',
    runs: [endedRun({})],
    nextRun: STATUS_NOW + 14 * HOUR_MS,
    backfills: [],
    history: { settled: 0, waiting: 0, callsPerDay: 10_000 },
    outbox: { held: 0, pending: 0, delivered: 1_204, duplicate: 0, rejected: 0, skipped: 7 },
    rejections: { count: 0 },
    gong: { account: 'one', callsPerDay: 10_000, callsLeft: 9_988 },
    unreadDrives: [],
    ...changes,
  };
}

export function endedRun(changes: Partial<RunReport>): RunStatus {
  const startedAt = STATUS_NOW - 5 * HOUR_MS;
  const report = reportOf(startedAt, changes);
  const finishedAt = Date.parse(report.finishedAt);
  return {
    runId: 'one',
    kind: report.kind,
    outcome: report.outcome,
    startedAt,
    finishedAt,
    report,
  };
}

/** A run without an end. */
export function openRun(outcome: 'running' | 'died'): RunStatus {
  return { runId: 'two', kind: 'sync', outcome, startedAt: STATUS_NOW - 60_000 };
}

export function errorOf(message: string): RunError {
  return { stage: 'salesforce', message, hint: 'Check salesforce.loginUrl.' };
}

function reportOf(startedAt: number, changes: Partial<RunReport>): RunReport {
  return {
    tenant: 'acme',
    kind: 'sync',
    outcome: 'ok',
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(startedAt + 4_000).toISOString(),
    found: { salesforce: 1, 'google-drive': 0 },
    queued: 1,
    held: 0,
    skipped: {},
    delivered: 1,
    duplicates: 0,
    rejected: 0,
    pending: 0,
    calls: { salesforce: 3, google: 0, gong: 1 },
    errors: [],
    ...changes,
  };
}
