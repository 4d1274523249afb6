import { LOOK_UP_LIMITS } from '../../src/crm/limits.ts';
import type { DueRun } from '../../src/scheduler/schedule-state.ts';
import { DRIVE_LIMITS } from '../../src/sources/drive/limits.ts';
import { COMPANY, DAY_MS, FAILURE, WRITES } from './model-limits.ts';
import type { SimulatedTenant } from './population.ts';
import type { Random } from './random.ts';
import type { ModeledVendor } from './vendors.ts';

const SATURDAY = 6;
const SUNDAY = 0;
/** requests of an audit log without entries: one per kind of event */
const AUDIT_LOG_CALLS = 3;
/** login, identity of the org, and the deliveries' first page */
const SALESFORCE_CALLS = 3;

/** What is on record of a tenant between its runs. */
export interface TenantState {
  readAt: number;
  /** start of the last run that ended and was not stopped */
  servedAt: number;
  /** pending events, by priority */
  fresh: number;
  backfill: number;
  isBackfilled: boolean;
  /** what its runs of the last week queued, by day */
  readonly queued: number[];
}

/** One run, while it is in progress. */
export interface ActiveRun {
  readonly tenant: SimulatedTenant;
  readonly state: TenantState;
  readonly dueRun: DueRun;
  readonly startedAt: number;
  readonly readEndsAt: number;
  /** from then on, backfilled events wait for later runs; only computed if there are any */
  backfillUntil: number | undefined;
  /** when each request in flight ends */
  readonly inFlight: Float64Array;
  /** the last response, and the last one about a fresh event */
  respondedAt: number;
  freshRespondedAt: number;
  /** fresh events that used up their attempts */
  deferred: number;
  backfillEnded: boolean;
  /** another integration gets it a 429 */
  meetsThrottling: boolean;
}

export interface Reading {
  readonly shares: number;
  readonly durationMs: number;
}

/** Reads Salesforce, then Drive: how many new shares, and how long it takes. */
export function read(
  { tenant, state }: { readonly tenant: SimulatedTenant; readonly state: TenantState },
  now: number,
  world: {
    readonly random: Random;
    readonly salesforce: ModeledVendor;
    readonly google: ModeledVendor;
  },
): Reading {
  const { random, salesforce, google } = world;
  const condition = salesforce.conditionAt(now);
  const drive = google.conditionAt(now);
  const isDown = condition === 'down' || (tenant.hasDrive && drive === 'down');
  if (isDown || random.chance(FAILURE.sourceShare)) {
    return { shares: 0, durationMs: isDown ? FAILURE.sourceRetryMs : 2_000 };
  }
  const days = Math.max(0, now - state.readAt) / DAY_MS;
  const shares = random.poisson(tenant.sharesPerDay * days * weekdayShare(now));
  state.readAt = now;
  const pages = Math.ceil(shares / WRITES.sharesPerCommit);
  const calls = SALESFORCE_CALLS + pages * (1 + LOOK_UP_LIMITS.roundsMax);
  let durationMs = salesforce.latencyOfMs(calls, condition);
  if (tenant.hasDrive) {
    const rounds = Math.ceil(tenant.users / DRIVE_LIMITS.changeLogsAtOnceMax);
    durationMs += google.latencyOfMs(AUDIT_LOG_CALLS + rounds, drive);
  }
  return { shares, durationMs };
}

/** A night reports the day before it. */
function weekdayShare(now: number): number {
  const weekday = new Date(now - DAY_MS / 2).getUTCDay();
  return weekday === SATURDAY || weekday === SUNDAY ? COMPANY.weekendShare : 1;
}

/** Queues the tenant's history once, on its day, as one `backfill` does. Returns how many events. */
export function queueHistory(tenant: SimulatedTenant, state: TenantState, day: number): number {
  if (state.isBackfilled || day < tenant.backfillDay) return 0;
  state.isBackfilled = true;
  const workingShare = (5 + 2 * COMPANY.weekendShare) / 7;
  const events = Math.round(tenant.sharesPerDay * COMPANY.historyDays * workingShare);
  state.backfill += events;
  return events;
}
