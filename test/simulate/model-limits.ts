import { POSTGRES_LIMITS } from '../../src/db/limits.ts';
import { QUEUE_LIMITS } from '../../src/queue/limits.ts';

/** The assumptions of the simulation, by name and unit. docs/scaling.md explains them. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const COMPANY = {
  /** shares of a company on a working day: log-normal, so that few companies are very large */
  sharesMedian: 8,
  sharesSigma: 1.2,
  /** of the shares of a working day */
  weekendShare: 0.15,
  driveShare: 0.5,
  usersPerShare: 6,
  /** tenants that use the Gong account of another tenant */
  sharedAccountShare: 0.03,
  /** days of history that each tenant's one backfill queues */
  historyDays: 180,
} as const;

export const FAILURE = {
  /** runs that find one source closed to them: an expired login, a missing permission */
  sourceShare: 0.01,
  /** runs that get one 429, because another integration uses the same Gong account */
  throttledShare: 0.02,
  /** requests to Gong that fail once */
  requestShare: 0.003,
  /** how long a run retries a source that is down */
  sourceRetryMs: 60_000,
} as const;

export const DEPLOY = {
  everyMs: 7 * DAY_MS,
  /** Tuesday, 14:02 UTC, counted from a Thursday (1 January 1970) */
  offsetMs: 5 * DAY_MS + 14 * HOUR_MS + 2 * MINUTE_MS,
  /** what a stopped process may still send */
  drainMs: 10_000,
  downMs: 60_000,
} as const;

/**
 * Processor time of one worker. `node test/bench/scheduler.ts 10 1 200 50` printed 18.8 s for 200
 * runs of 50 events each on a loaded machine: 94 ms per run.
 */
export const PROCESSOR = { runMs: 20, shareMs: 0.5, callMs: 1 } as const;

export const WRITES = {
  /** lease taken and released, run begun and finished, two cursors, the overdue watch */
  perRun: 7,
  sharesPerCommit: 200,
  /** the call counted, the call moved to its arrival, the response settled */
  perCall: 3,
} as const;

export const CONNECTIONS = {
  /** the pools of a process: runs, the queue, and the operator page */
  perProcess:
    POSTGRES_LIMITS.connectionsMax +
    QUEUE_LIMITS.connectionsMax +
    POSTGRES_LIMITS.readingConnectionsMax,
  /** processes that run `start` */
  schedulers: 2,
} as const;

/** Calls per step of a run: short, so that runs of one account take turns. */
export const STEP = { calls: 180, callsOfSharedAccount: 30 } as const;
