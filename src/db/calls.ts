import { type CallTotal, changedTotal, lockTotal, movedTotal, storeTotal } from './call-total.ts';
import { compileOnce } from './compile-once.ts';
import { addCalls, type Correction, correct } from './correct-calls.ts';
import { CALL_LIMITS } from './limits.ts';
import { deletePause, isVoidPause } from './pauses.ts';
import type { Database, Statement } from './schema.ts';
import { inTransaction } from './transaction.ts';

export interface CallLimits {
  /** at most `calls` in any `windowMs` */
  readonly burst: { readonly calls: number; readonly windowMs: number };
  readonly callsPerDay: number;
}

/** Whether calls can be sent now, or what they have to wait for. */
export type CallDecision =
  /** `calls` of the requested ones, at least one, are counted at `at`, epoch milliseconds */
  | { readonly kind: 'go'; readonly at: number; readonly calls: number }
  | { readonly kind: 'wait'; readonly until: number }
  /** Gong asked for a pause (Retry-After) */
  | { readonly kind: 'paused'; readonly until: number }
  /** the sliding 24 hours are used up; `until` is when the oldest call leaves them */
  | { readonly kind: 'day-used-up'; readonly until: number };

export interface CallRequest {
  readonly account: string;
  /** epoch milliseconds; read once this transaction has the lock */
  readonly now: (trx: Statement) => number | Promise<number>;
  readonly limits: CallLimits;
  /** how many calls would be sent immediately */
  readonly requested: number;
  /**
   * Calls are counted so much later than they are permitted, until a correction says when they arrived:
   * another machine must not send before that.
   */
  readonly arrivalMarginMs: number;
  /** of calls that were counted before */
  readonly corrections: readonly Correction[];
}

/**
 * Counts up to `requested` calls of the account, as many as its limits allow now. Runs in one
 * transaction, so that processes that share the account share the count. Reads the time after it has
 * the lock: otherwise a call that waited for the lock would be sent later than it was counted.
 */
export async function takeCalls(db: Database, request: CallRequest): Promise<CallDecision> {
  const { account, limits, corrections } = request;
  return inTransaction(db, async (trx) => {
    const stored = await lockTotal(trx, account);
    const now = await request.now(trx);
    const corrected = changedTotal(stored, await correct(trx, account, corrections));
    const usage = await usageAt(trx, { account, now, limits, total: corrected });
    if (isVoidPause(usage.pause, now)) await deletePause(trx, account);
    const decision = await decide(trx, { ...request, now, usage });
    const taken = decision.kind === 'go' ? [{ at: decision.at, calls: decision.calls }] : [];
    for (const change of taken) await addCalls(trx, { account, ...change });
    await storeTotal(trx, account, changedTotal(usage.day, taken));
    return decision;
  });
}

/** What limits the calls at a time. */
interface Usage {
  /** the last 24 hours, and calls that were counted before the clock was set back */
  readonly day: CallTotal;
  /** calls in the short window */
  readonly inWindow: number;
  /** when the account's pause ends; 0: it is not paused */
  readonly pause: number;
}

interface UsageColumns {
  readonly between: number | null;
  readonly inWindow: number | null;
  readonly pause: number | null;
}

const readUsage = compileOnce<
  {
    readonly account: string;
    readonly dayFrom: number;
    readonly dayTo: number;
    readonly windowFrom: number;
    readonly windowTo: number;
  },
  UsageColumns
>((db, value) =>
  db.selectNoFrom((select) => [
    callsBetween(db, value('account'), { from: value('dayFrom'), to: value('dayTo') }).as(
      'between',
    ),
    callsBetween(db, value('account'), { from: value('windowFrom'), to: value('windowTo') }).as(
      'inWindow',
    ),
    select.selectFrom('pause').select('until').where('account', '=', value('account')).as('pause'),
  ]),
);

/** The calls counted after `from`, up to and including `to`. */
function callsBetween(
  db: Statement,
  account: string,
  { from, to }: { readonly from: number; readonly to: number },
) {
  return db
    .selectFrom('call')
    .select((select) => select.fn.sum<number | null>('calls').as('calls'))
    .where('account', '=', account)
    .where('at', '>', from)
    .where('at', '<=', to);
}

/**
 * Calls more than a window ahead were counted before the clock was set back. Waiting for them could
 * take hours, so only the day counts them.
 */
async function usageAt(
  trx: Statement,
  at: {
    readonly account: string;
    readonly now: number;
    readonly limits: CallLimits;
    readonly total: CallTotal;
  },
): Promise<Usage> {
  const { account, now, total } = at;
  const { windowMs } = at.limits.burst;
  const since = now - CALL_LIMITS.dayMs;
  const { rows } = await readUsage(trx, {
    account,
    dayFrom: Math.min(since, total.since),
    dayTo: Math.max(since, total.since),
    windowFrom: now - windowMs,
    windowTo: now + windowMs,
  });
  const { between, inWindow, pause } = rows[0] ?? {};
  return {
    day: movedTotal(total, since, Number(between ?? 0)),
    inWindow: Number(inWindow ?? 0),
    pause: Number(pause ?? 0),
  };
}

async function decide(
  trx: Statement,
  request: {
    readonly account: string;
    readonly now: number;
    readonly limits: CallLimits;
    readonly requested: number;
    readonly arrivalMarginMs: number;
    readonly usage: Usage;
  },
): Promise<CallDecision> {
  const { account, now, limits, requested, usage } = request;
  const { burst, callsPerDay } = limits;
  if (usage.pause > now && !isVoidPause(usage.pause, now)) {
    return { kind: 'paused', until: usage.pause };
  }
  const leftInDay = callsPerDay - usage.day.calls;
  if (leftInDay <= 0) {
    const oldest = await oldestCall(trx, account, now);
    return { kind: 'day-used-up', until: oldest + CALL_LIMITS.dayMs };
  }
  const leftInWindow = burst.calls - usage.inWindow;
  if (leftInWindow > 0) {
    const at = now + request.arrivalMarginMs;
    return { kind: 'go', at, calls: Math.min(requested, leftInDay, leftInWindow) };
  }
  const until = now + burst.windowMs;
  const blocking = await callFromEnd(trx, { account, until, position: burst.calls });
  return { kind: 'wait', until: blocking + burst.windowMs };
}

/** When the n-th last call up to `until` was counted: there are at least n. */
async function callFromEnd(
  trx: Statement,
  calls: { readonly account: string; readonly until: number; readonly position: number },
): Promise<number> {
  const { account, until, position } = calls;
  const rows = await trx
    .selectFrom('call')
    .select(['at', 'calls'])
    .where('account', '=', account)
    .where('at', '<=', until)
    .orderBy('at', 'desc')
    .limit(position)
    .execute();
  let counted = 0;
  for (const { at, calls: atOnce } of rows) {
    counted += atOnce;
    if (counted >= position) return at;
  }
  throw new Error(`only ${counted} calls are counted instead of ${position}`);
}

async function oldestCall(trx: Statement, account: string, now: number): Promise<number> {
  const row = await trx
    .selectFrom('call')
    .select((select) => select.fn.min<number | null>('at').as('at'))
    .where('account', '=', account)
    .where('at', '>', now - CALL_LIMITS.dayMs)
    .executeTakeFirst();
  return row?.at ?? now;
}

/** Calls of the account in the 24 hours before `now`. */
export async function callsOfDay(db: Statement, account: string, now: number): Promise<number> {
  const range = { from: now - CALL_LIMITS.dayMs, to: Number.MAX_SAFE_INTEGER };
  const row = await callsBetween(db, account, range).executeTakeFirst();
  return Number(row?.calls ?? 0);
}
