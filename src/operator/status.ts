import type { TenantConfig } from '../config/types.ts';
import { listBackfills, type StoredBackfill } from '../db/backfills.ts';
import { callsOfDay } from '../db/calls.ts';
import { databaseTime } from '../db/database-time.ts';
import { isLeased } from '../db/leases.ts';
import { lastGoodSync, watchedSince } from '../db/overdue.ts';
import { pausedUntil } from '../db/pauses.ts';
import type { RunReport } from '../db/run-report.ts';
import { latestRuns, type StoredRun } from '../db/runs.ts';
import {
  countBackfilled,
  countByState,
  type OpenRejections,
  oldestPendingSharedAt,
  openRejections,
} from '../outbox/event-counts.ts';
import type { State } from '../outbox/states.ts';
import type { AppContext } from '../runs/app-context.ts';
import {
  type BusiestNights,
  callsForBackfill,
  createBusiestNights,
} from '../runs/gong-call-reserve.ts';
import { type NextDue, overdueTimes } from '../runs/overdue-times.ts';
import { leaseName } from '../runs/tenant-lease.ts';
import { storedUnreadDrives, type UnreadDrive } from '../sources/drive/unread-drives.ts';
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

/** Times are epoch milliseconds. */
export interface TenantStatus {
  readonly tenant: string;
  readonly timezone: string;
  /** newest first */
  readonly runs: readonly RunStatus[];
  /** the next due time; absent without a schedule, or if it is never due */
  readonly nextRun?: number;
  /** since when a scheduled tenant has had no successful run; absent unless it is overdue */
  readonly overdueSince?: number;
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
  readonly rejections: OpenRejections;
  /** the share time of the oldest pending event */
  readonly oldestPending?: number;
  readonly gong: GongStatus;
  /** shared drives whose change log no one can be found to read */
  readonly unreadDrives: readonly UnreadDrive[];
}

export interface GongStatus {
  readonly callsPerDay: number;
  /** absent if the credentials, which name the account, cannot be read here */
  readonly account?: string;
  /** absent like `account` */
  readonly callsLeft?: number;
  /** of the last 24 hours; absent like `account` */
  readonly callsUsed?: number;
  /** the end of a pause that Gong requested */
  readonly pausedUntil?: number;
}

/** The status of each tenant, from the database only. */
export async function statusOf(
  context: AppContext,
  tenants: readonly TenantConfig[],
  nextDue: NextDue,
): Promise<TenantStatus[]> {
  const busiestNights = createBusiestNights(context);
  const found: TenantStatus[] = [];
  for (const tenant of tenants) {
    found.push(await tenantStatus(context, tenant, { nextDue, busiestNights }));
  }
  return found;
}

interface StatusTools {
  readonly nextDue: NextDue;
  readonly busiestNights: BusiestNights;
}

async function tenantStatus(
  context: AppContext,
  config: TenantConfig,
  { nextDue, busiestNights }: StatusTools,
): Promise<TenantStatus> {
  const { db, clock } = context;
  const { tenant, timezone } = config;
  const databaseNow = await databaseTime(db, clock);
  const oldest = await oldestPendingSharedAt(db, tenant);
  const history = {
    ...(await countBackfilled(db, tenant)),
    callsPerDay: await callsForBackfill(context, config, busiestNights),
  };
  const backfills = await listBackfills(db, tenant);
  return {
    tenant,
    timezone,
    runs: await runsOf(context, tenant, databaseNow),
    ...(await scheduleOf(context, config, nextDue)),
    backfills: backfills.filter(({ state }) => state === 'reading' || history.waiting > 0),
    history,
    outbox: await countByState(db, tenant),
    rejections: await openRejections(db, tenant),
    ...(oldest !== undefined && { oldestPending: oldest }),
    gong: await gongOf(context, config, databaseNow),
    unreadDrives: await unreadDrivesOf(context, config),
  };
}

async function scheduleOf(
  { db, clock }: AppContext,
  { tenant, schedule, timezone }: TenantConfig,
  nextDue: NextDue,
): Promise<Pick<TenantStatus, 'nextRun' | 'overdueSince'>> {
  if (schedule === undefined) return {};
  const now = clock.now();
  const dueAfter = (after: number) => nextDue({ schedule, timezone }, after);
  const nextRun = dueAfter(now);
  const watched = await watchedSince(db, { tenant, schedule });
  const good = await lastGoodSync(db, tenant);
  const since = Math.max(watched ?? Number.NEGATIVE_INFINITY, good ?? Number.NEGATIVE_INFINITY);
  const isOverdue = Number.isFinite(since) && now >= overdueTimes(since, dueAfter).overdueAt;
  return {
    ...(Number.isFinite(nextRun) && { nextRun }),
    ...(isOverdue && { overdueSince: since }),
  };
}

/** The tenant's Gong account: its limit, and how much of it is left. */
export async function gongOf(
  context: AppContext,
  config: TenantConfig,
  databaseNow: number,
): Promise<GongStatus> {
  const account = findGongAccount(config.gong);
  const { callsPerDay } = config.gong;
  if (account === undefined) return { callsPerDay };
  const used = await callsOfDay(context.db, account, databaseNow);
  const pause = await pausedUntil(context.db, account, databaseNow);
  const callsLeft = Math.max(0, callsPerDay - used);
  return {
    callsPerDay,
    account,
    callsLeft,
    callsUsed: used,
    ...(pause > 0 && { pausedUntil: pause }),
  };
}

async function unreadDrivesOf(
  { db }: AppContext,
  { tenant, googleDrive }: TenantConfig,
): Promise<readonly UnreadDrive[]> {
  const reads = googleDrive?.sharedDrives === 'all' && googleDrive.detect.includes('changes');
  return reads ? storedUnreadDrives(db, tenant) : [];
}

/** Only the newest run can have the tenant's lock. */
async function runsOf(
  { db }: AppContext,
  tenant: string,
  databaseNow: number,
): Promise<RunStatus[]> {
  const runs = await latestRuns(db, { tenant, limit: LIST_LIMITS.runsShown });
  const leased = await isLeased(db, leaseName(tenant), databaseNow);
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
