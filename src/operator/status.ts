import type { TenantConfig } from '../config/types.ts';
import { isBackfillStream, listBackfills, type StoredBackfill } from '../db/backfills.ts';
import { callsOfDay, pausedUntil } from '../db/calls.ts';
import { type Cursor, listCursors } from '../db/cursors.ts';
import { isLeased } from '../db/leases.ts';
import type { RunReport } from '../db/run-report.ts';
import { latestRuns, type StoredRun } from '../db/runs.ts';
import { countBackfilled, countByState, oldestPendingSharedAt } from '../outbox/queries.ts';
import type { State } from '../outbox/states.ts';
import { callsForBackfill } from '../runs/call-reserve.ts';
import type { AppContext } from '../runs/context.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import { gongAccountOf } from '../vendors/gong/account.ts';
import { LIST_LIMITS } from './limits.ts';

/** A run as `status` shows it: `running` and `died` are what a row without an end can mean. */
export interface RunStatus {
  readonly runId: string;
  readonly kind: string;
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** as stored, `running` or `died` */
  readonly outcome: string;
  readonly report?: RunReport;
}

export interface TenantStatus {
  readonly tenant: string;
  /** newest first */
  readonly runs: readonly RunStatus[];
  /** of the nightly reading */
  readonly cursors: readonly Cursor[];
  /** windows of history that are being read, or whose events still wait for Gong */
  readonly backfills: readonly StoredBackfill[];
  /** events that history brought in: those that Gong has answered for, and those that wait */
  readonly history: {
    readonly settled: number;
    readonly waiting: number;
    /** what the coming nights leave of a day's calls */
    readonly callsPerDay: number;
  };
  readonly outbox: Readonly<Record<State, number>>;
  /** epoch milliseconds: when the oldest share that waits for Gong was made */
  readonly oldestPending?: number;
  readonly gong: {
    readonly callsPerDay: number;
    readonly callsLeft: number;
    /** epoch milliseconds: Gong asked for a pause until then */
    readonly pausedUntil?: number;
  };
}

/** How a tenant stands, from the database alone. */
export async function statusOf(context: AppContext, config: TenantConfig): Promise<TenantStatus> {
  const { db, clock } = context;
  const { tenant } = config;
  const now = clock.now();
  const oldest = await oldestPendingSharedAt(db, tenant);
  const history = await historyOf(context, config);
  const cursors = await listCursors(db, tenant);
  const backfills = await listBackfills(db, tenant);
  return {
    tenant,
    runs: await runsOf(context, tenant),
    cursors: cursors.filter(({ stream }) => !isBackfillStream(stream)),
    backfills: backfills.filter(({ state }) => state === 'reading' || history.waiting > 0),
    history,
    outbox: await countByState(db, tenant),
    ...(oldest !== undefined && { oldestPending: oldest }),
    gong: await gongOf(context, config, now),
  };
}

async function historyOf(
  context: AppContext,
  config: TenantConfig,
): Promise<TenantStatus['history']> {
  const counts = await countBackfilled(context.db, config.tenant);
  return { ...counts, callsPerDay: await callsForBackfill(context, config) };
}

async function gongOf(
  context: AppContext,
  config: TenantConfig,
  now: number,
): Promise<TenantStatus['gong']> {
  const account = gongAccountOf(config.gong);
  const { callsPerDay } = config.gong;
  const used = await callsOfDay(context.db, account, now);
  const pause = await pausedUntil(context.db, account);
  const callsLeft = Math.max(0, callsPerDay - used);
  return { callsPerDay, callsLeft, ...(pause > now && { pausedUntil: pause }) };
}

/** Only the newest open run can be the one that holds the tenant. */
async function runsOf(context: AppContext, tenant: string): Promise<RunStatus[]> {
  const { db, clock } = context;
  const runs = await latestRuns(db, { tenant, limit: LIST_LIMITS.runsShown });
  const leased = await isLeased(db, leaseName(tenant), clock.now());
  return runs.map((run, index) => runStatus(run, index === 0 && leased ? 'running' : 'died'));
}

function runStatus(run: StoredRun, open: 'running' | 'died'): RunStatus {
  const { runId, kind, startedAt, finishedAt, report } = run;
  return {
    runId,
    kind,
    startedAt,
    outcome: run.outcome ?? open,
    ...(finishedAt !== undefined && { finishedAt }),
    ...(report && { report }),
  };
}
