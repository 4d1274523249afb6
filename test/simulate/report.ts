import { CONNECTIONS } from './model-limits.ts';
import type { Simulation } from './simulation.ts';
import { type Distribution, distributionOf, type Hour } from './statistics.ts';
import { type Storage, storageOf } from './storage.ts';

/** The result for one number of workers. Durations are in seconds. */
export interface Report {
  readonly workers: number;
  readonly atOnce: number;
  readonly runs: number;
  readonly catchUps: number;
  readonly waitSeconds: Distribution;
  readonly lastEventSeconds: Distribution;
  readonly runsInBusiestHour: Hour;
  readonly callsInBusiestHour: Hour;
  readonly writesInBusiestHour: Hour;
  /** of all workers, in the busiest hour, in per cent of their cores */
  readonly processorPercent: number;
  readonly runningMax: number;
  readonly connections: number;
  readonly daysNotDrained: number;
  /** Gong accounts and days on which fresh events, or only backfilled ones, found the day used up */
  readonly freshUsedUpDays: number;
  readonly backfillUsedUpDays: number;
  readonly throttledResponses: number;
  readonly stoppedRuns: number;
  readonly storage: Storage;
}

export function reportOf(
  { statistics }: Simulation,
  size: { readonly workers: number; readonly atOnce: number; readonly days: number },
): Report {
  const { workers, atOnce, days } = size;
  return {
    workers,
    atOnce,
    runs: statistics.runs.total,
    catchUps: statistics.catchUps,
    waitSeconds: inSeconds(distributionOf(statistics.waits)),
    lastEventSeconds: inSeconds(distributionOf(statistics.lastEvents)),
    runsInBusiestHour: statistics.runs.busiest(),
    callsInBusiestHour: statistics.calls.busiest(),
    writesInBusiestHour: statistics.writes.busiest(),
    processorPercent: Math.round(statistics.processorMs.busiest().value / 36_000 / workers),
    runningMax: statistics.runningMax,
    connections: connectionsOf(workers),
    daysNotDrained: days - [...statistics.drainedDays].filter((day) => day < days).length,
    freshUsedUpDays: statistics.freshUsedUp.size,
    backfillUsedUpDays: statistics.backfillUsedUp.size,
    throttledResponses: statistics.throttled,
    stoppedRuns: statistics.stopped,
    storage: storageOf(statistics, days),
  };
}

/** SQLite has one file for one process; PostgreSQL has a pool in each process. */
function connectionsOf(workers: number): number {
  if (workers === 1) return 1;
  return (workers + CONNECTIONS.schedulers) * CONNECTIONS.perProcess;
}

function inSeconds({ median, p95, p99, worst }: Distribution): Distribution {
  const [a = 0, b = 0, c = 0, d = 0] = [median, p95, p99, worst].map((ms) =>
    Math.round(ms / 1_000),
  );
  return { median: a, p95: b, p99: c, worst: d };
}

type Row = readonly [label: string, value: (report: Report) => string];

const ROWS: readonly Row[] = [
  ['runs', (report) => count(report.runs)],
  ['of them catch-ups', (report) => count(report.catchUps)],
  ['stopped by a deploy', (report) => count(report.stoppedRuns)],
  ['wait for the start: median', (report) => duration(report.waitSeconds.median)],
  ['… 95 %', (report) => duration(report.waitSeconds.p95)],
  ['… 99 %', (report) => duration(report.waitSeconds.p99)],
  ['… worst', (report) => duration(report.waitSeconds.worst)],
  ['last fresh event: median', (report) => duration(report.lastEventSeconds.median)],
  ['… 95 %', (report) => duration(report.lastEventSeconds.p95)],
  ['… 99 %', (report) => duration(report.lastEventSeconds.p99)],
  ['… worst', (report) => duration(report.lastEventSeconds.worst)],
  ['busiest hour: runs', (report) => count(report.runsInBusiestHour.value)],
  ['… Gong calls', (report) => count(report.callsInBusiestHour.value)],
  ['… write transactions', (report) => count(report.writesInBusiestHour.value)],
  ['… processor, of each worker', (report) => `${report.processorPercent} %`],
  ['runs at once, at most', (report) => count(report.runningMax)],
  ['database connections', (report) => count(report.connections)],
  ['days with an undrained queue', (report) => count(report.daysNotDrained)],
  ['Gong day used up: fresh waits', (report) => count(report.freshUsedUpDays)],
  ['… only the backfill waits', (report) => count(report.backfillUsedUpDays)],
  ['responses 429', (report) => count(report.throttledResponses)],
  ['rows a day', (report) => count(report.storage.rowsPerDay)],
  ['database after the last day', (report) => `${report.storage.gigabytes.toFixed(1)} GB`],
];

/** A Markdown table: one column per number of workers. */
export function tableOf(reports: readonly Report[]): string {
  const heads = reports.map(({ workers, atOnce }) => `${workers} × ${atOnce}`);
  const lines = [
    ['workers × runs at once', ...heads],
    ['---', ...heads.map(() => '---:')],
    ...ROWS.map(([label, value]) => [label, ...reports.map(value)]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
