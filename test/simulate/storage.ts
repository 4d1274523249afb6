import type { Statistics } from './statistics.ts';

/**
 * Bytes per row with its indexes. `node test/bench/rows.ts 2000` printed 5,079 for an event with its
 * attempt and search terms. A run's row is estimated from its report.
 */
const BYTES = { eventWithAttempt: 5_100, run: 1_200 } as const;
/** `retentionDays` erases the people and the body of older events; their keys stay (estimated) */
const ERASED_EVENT = { afterDays: 180, bytes: 1_000 } as const;
const BYTES_PER_GIGABYTE = 1e9;

export interface Storage {
  /** events, their attempts, and runs */
  readonly rowsPerDay: number;
  /** after the last day, with indexes; without grants of Drive and the call count */
  readonly gigabytes: number;
}

export function storageOf(statistics: Statistics, days: number): Storage {
  const events = statistics.shares + statistics.backfilled;
  const runs = statistics.runs.total;
  const rows = events + statistics.calls.total + runs;
  const keptShare = Math.min(1, ERASED_EVENT.afterDays / days);
  const eventBytes = keptShare * BYTES.eventWithAttempt + (1 - keptShare) * ERASED_EVENT.bytes;
  const bytes = events * eventBytes + runs * keptShare * BYTES.run;
  return { rowsPerDay: Math.round(rows / days), gigabytes: bytes / BYTES_PER_GIGABYTE };
}
