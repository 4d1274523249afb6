import type { TenantConfig } from '../config/types.ts';
import { isBackfillStream, listBackfills, type StoredBackfill } from '../db/backfills.ts';
import { callsOfDay, pausedUntil } from '../db/calls.ts';
import { type Cursor, listCursors } from '../db/cursors.ts';
import { isLeased } from '../db/leases.ts';
import type { RunReport } from '../db/run-report.ts';
import { latestRuns, type StoredRun } from '../db/runs.ts';
import { countBackfilled, countByState, oldestPendingSharedAt } from '../outbox/queries.ts';
import type { State } from '../outbox/states.ts';
import type { AppContext } from '../runs/app-context.ts';
import { callsForBackfill } from '../runs/call-reserve.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import { findGongAccount } from '../vendors/gong/account.ts';
import { LIST_LIMITS } from './limits.ts';

/** A run for `status`. A row without an end is `running` or `died`. */
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
  /** the cursors of sync, without those of backfills */
  readonly cursors: readonly Cursor[];
  /** backfills that are still reading, or whose events are still pending */
  readonly backfills: readonly StoredBackfill[];
  /** backfilled events: settled by a response of Gong, or still pending */
  readonly history: {
    readonly settled: number;
    readonly waiting: number;
    /** the calls of a day that upcoming syncs leave */
    readonly callsPerDay: number;
  };
  readonly outbox: Readonly<Record<State, number>>;
  /** epoch milliseconds: the share time of the oldest pending event */
  readonly oldestPending?: number;
  readonly gong: {
    readonly callsPerDay: number;
    /** absent if the credentials, which name the account, cannot be read here */
    readonly callsLeft?: number;
    /** epoch milliseconds: the end of a pause that Gong requested */
    readonly pausedUntil?: number;
  };
}

/** The status of a tenant, from the database only. */
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
  const account = findGongAccount(config.gong);
  const { callsPerDay } = config.gong;
  if (account === undefined) return { callsPerDay };
  const used = await callsOfDay(context.db, account, now);
  const pause = await pausedUntil(context.db, account, now);
  const callsLeft = Math.max(0, callsPerDay - used);
  return { callsPerDay, callsLeft, ...(pause > 0 && { pausedUntil: pause }) };
}

/** Only the newest run can have the tenant's lock. */
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
