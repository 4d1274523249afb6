import { PACE_LIMITS, PUSH_LIMITS } from '../../src/push/limits.ts';
import { RESERVE_LIMITS } from '../../src/runs/limits.ts';
import { nextDue } from '../../src/scheduler/due-times.ts';
import type { ModeledAccount } from './account.ts';
import { FAILURE, MINUTE_MS, STEP } from './model-limits.ts';
import type { Random } from './random.ts';
import type { Statistics } from './statistics.ts';
import type { ActiveRun } from './tenant-run.ts';
import type { ModeledVendor } from './vendors.ts';

/** The pushing of a run continues at a time, or has ended. */
export type Pushed =
  | { readonly kind: 'continues'; readonly at: number; readonly calls: number }
  | { readonly kind: 'ended'; readonly calls: number };

export interface PushWorld {
  readonly random: Random;
  readonly gong: ModeledVendor;
  readonly statistics: Statistics;
  /** of `gong`, in each tenant file */
  readonly callsPerDay: number;
  /** a deploy: nothing is sent after it */
  readonly stopsAt: number;
}

export interface AccountUse {
  readonly account: ModeledAccount;
  readonly id: number;
  readonly isShared: boolean;
  /** what its tenants queued in their busiest runs of the last week */
  readonly busiestNight: () => number;
}

/** Sends the next events of a run: fresh before backfilled ones, as far as the account allows. */
export function pushStep(run: ActiveRun, now: number, use: AccountUse, world: PushWorld): Pushed {
  const { account } = use;
  const { gong, statistics } = world;
  if (account.pausedUntil > now) return waitUntil(account.pausedUntil, now, paused);
  const isBackfill = run.state.fresh === 0;
  const pending = isBackfill ? backfillFor(run, now) : run.state.fresh;
  if (pending === 0) return { kind: 'ended', calls: 0 };
  const condition = gong.conditionAt(now);
  const isThrottled = condition === 'throttled' || run.meetsThrottling;
  const isDown = condition === 'down';
  const attempts = isThrottled ? 1 : pending * (isDown ? PUSH_LIMITS.attemptsPerRunMax : 1);
  const sent = account.reserve({
    from: now,
    until: world.stopsAt,
    count: Math.min(attempts, use.isShared ? STEP.callsOfSharedAccount : STEP.calls),
    callsPerDay: callsFor(isBackfill, use, world.callsPerDay),
    inFlight: run.inFlight,
    latencyMs: () => gong.latencyMs(condition),
    onCall: (at) => statistics.calls.add(at, 1),
  });
  run.respondedAt = Math.max(run.respondedAt, sent.respondedAt);
  if (!isBackfill) run.freshRespondedAt = run.respondedAt;
  const { calls } = sent;
  if (isThrottled && calls > 0) {
    pause(run, account, { at: sent.respondedAt, isEveryone: condition === 'throttled' }, world);
    return { kind: 'continues', at: sent.respondedAt, calls };
  }
  settle(run, { calls, isBackfill, isDown }, world);
  if (sent.usedUpUntil === undefined) return { kind: 'continues', at: nextAt(sent, world), calls };
  const day = `${use.id} ${statistics.dayOf(now)}`;
  (isBackfill ? statistics.backfillUsedUp : statistics.freshUsedUp).add(day);
  const waiting = waitUntil(sent.usedUpUntil, sent.lastSentAt, usedUp);
  if (waiting.kind === 'ended' && isBackfill) run.backfillEnded = true;
  return { ...waiting, calls };
}

function backfillFor(run: ActiveRun, now: number): number {
  const { backfill } = run.state;
  if (backfill === 0 || run.backfillEnded) return 0;
  run.backfillUntil ??= nextDue(run.tenant.timetable, run.startedAt);
  return now >= run.backfillUntil ? 0 : backfill;
}

/** Backfilled events leave the calls of the busiest night to fresh ones. */
function callsFor(isBackfill: boolean, use: AccountUse, callsPerDay: number): number {
  if (!isBackfill) return callsPerDay;
  return (
    callsPerDay -
    Math.min(use.busiestNight(), Math.floor(callsPerDay * RESERVE_LIMITS.shareOfDayMax))
  );
}

const paused = PUSH_LIMITS.retryAfterMsMax;
const usedUp = PACE_LIMITS.dayWaitMsMax;

function waitUntil(until: number, now: number, longestMs: number): Pushed {
  if (until - now > longestMs) return { kind: 'ended', calls: 0 };
  return { kind: 'continues', at: until, calls: 0 };
}

/** A 429 pauses every sender of the account. */
function pause(
  run: ActiveRun,
  account: ModeledAccount,
  throttling: { readonly at: number; readonly isEveryone: boolean },
  { random, statistics }: PushWorld,
): void {
  const longestMs = throttling.isEveryone ? 20 * MINUTE_MS : MINUTE_MS;
  account.pausedUntil = throttling.at + Math.ceil(random.between(1_000, longestMs));
  run.meetsThrottling = false;
  statistics.throttled += 1;
}

function settle(
  run: ActiveRun,
  sent: { readonly calls: number; readonly isBackfill: boolean; readonly isDown: boolean },
  { random, statistics }: PushWorld,
): void {
  const { calls, isBackfill, isDown } = sent;
  const ended = isDown
    ? Math.ceil(calls / PUSH_LIMITS.attemptsPerRunMax)
    : calls - Math.min(calls, random.poisson(calls * FAILURE.requestShare));
  if (isBackfill) run.state.backfill -= ended;
  else run.state.fresh -= ended;
  if (!isDown) return;
  statistics.deferred += ended;
  // The next run sends them. Backfilled ones wait for it, too.
  if (isBackfill) run.state.backfill += ended;
  else run.deferred += ended;
  run.backfillEnded = true;
}

/** After a deploy has stopped it, the run only waits for its end. */
function nextAt(
  sent: { readonly calls: number; readonly lastSentAt: number },
  { stopsAt }: PushWorld,
): number {
  return sent.calls === 0 ? stopsAt + 1 : sent.lastSentAt;
}
