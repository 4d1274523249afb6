import { sql } from 'kysely';
import { CALL_LIMITS } from './limits.ts';
import { lockName } from './locks.ts';
import type { Database, Statement } from './schema.ts';
import { inTransaction } from './transaction.ts';

export interface CallLimits {
  /** at most `calls` in any `windowMs` */
  readonly burst: { readonly calls: number; readonly windowMs: number };
  readonly callsPerDay: number;
}

/** Whether a call can be sent now, or what it has to wait for; decided at `at`, by the database's time. */
export type CallDecision = { readonly at: number } & (
  | /** counted at `at` */ { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly until: number }
  /** Gong asked for a pause (Retry-After) */
  | { readonly kind: 'paused'; readonly until: number }
  /** the sliding 24 hours are used up; `until` is when the oldest call leaves them */
  | { readonly kind: 'day-used-up'; readonly until: number }
);

/**
 * Counts one call of the account if its limits allow one now. Runs in one transaction, so that
 * processes that share the account share the count. Reads the time after it has the write lock:
 * otherwise a call that waited for the lock would be sent later than it was counted.
 */
export async function takeCall(
  db: Database,
  request: {
    readonly account: string;
    readonly now: (trx: Statement) => number | Promise<number>;
    readonly limits: CallLimits;
  },
): Promise<CallDecision> {
  const { account, limits } = request;
  return inTransaction(db, async (trx) => {
    await lockName(trx, `calls ${account}`);
    const now = await request.now(trx);
    const permission = await permit(trx, { account, now, limits });
    if (permission.kind === 'go') await countCall(trx, account, now);
    return permission;
  });
}

/** Counts a call at the time of its arrival, instead of the earlier time of sending. */
export async function moveCall(
  db: Database,
  call: { readonly account: string; readonly from: number; readonly to: number },
): Promise<void> {
  const { account, from, to } = call;
  await inTransaction(db, async (trx) => {
    await lockName(trx, `calls ${account}`);
    // If it was folded in the meantime, its minute counts it, which is exact enough.
    if (await uncount(trx, account, from)) await addCalls(trx, { account, at: to, calls: 1 });
  });
}

/** Uncounts a call that was never sent. */
export async function giveCallBack(
  db: Database,
  call: { readonly account: string; readonly at: number },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockName(trx, `calls ${call.account}`);
    await uncount(trx, call.account, call.at);
  });
}

/** Uncounts one call at that time. Returns false if none is counted there. */
async function uncount(trx: Statement, account: string, at: number): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('call')
    .set((set) => ({ calls: set('calls', '-', 1) }))
    .where('account', '=', account)
    .where('at', '=', at)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await trx
    .deleteFrom('call')
    .where('account', '=', account)
    .where('at', '=', at)
    .where('calls', '<=', 0)
    .execute();
  return true;
}

/** Calls of the account in the 24 hours before `now`. */
export async function callsOfDay(db: Statement, account: string, now: number): Promise<number> {
  const row = await db
    .selectFrom('call')
    .select((select) => select.fn.sum<number | null>('calls').as('calls'))
    .where('account', '=', account)
    .where('at', '>', now - CALL_LIMITS.dayMs)
    .executeTakeFirst();
  return Number(row?.calls ?? 0);
}

/** Makes all senders of the account wait, in this run and in later ones. */
export async function pauseAccount(db: Statement, account: string, until: number): Promise<void> {
  await db
    .insertInto('pause')
    .values({ account, until })
    .onConflict((conflict) =>
      conflict.column('account').doUpdateSet({ until }).where('pause.until', '<', until),
    )
    .execute();
}

/**
 * When the account's pause ends; 0 if it is not paused at `now`. A pause that ends later than the
 * longest one from now is void: a clock that was ahead wrote it, or a version without that limit.
 */
export async function pausedUntil(db: Statement, account: string, now: number): Promise<number> {
  const until = await storedPause(db, account);
  return until > now && !isVoid(until, now) ? until : 0;
}

function isVoid(until: number, now: number): boolean {
  return until > now + CALL_LIMITS.pauseMsMax;
}

async function storedPause(db: Statement, account: string): Promise<number> {
  const row = await db
    .selectFrom('pause')
    .select('until')
    .where('account', '=', account)
    .executeTakeFirst();
  return row?.until ?? 0;
}

/**
 * Folds calls that the short window no longer needs into one row per minute, at the minute's end. The
 * day then counts a call for up to a minute too long, never too short. Deletes rows older than a day.
 * Does not touch rows that are already folded, since a full day has many.
 */
export async function foldCalls(db: Database, account: string, now: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockName(trx, `calls ${account}`);
    await trx
      .deleteFrom('call')
      .where('account', '=', account)
      .where('at', '<=', now - CALL_LIMITS.dayMs)
      .execute();
    const exact = await trx
      .deleteFrom('call')
      .where('account', '=', account)
      .where('at', '<', now - CALL_LIMITS.exactMs)
      .where(sql`at % ${CALL_LIMITS.bucketMs}`, '<>', CALL_LIMITS.bucketMs - 1)
      .returning(['at', 'calls'])
      .execute();
    const buckets = new Map<number, number>();
    for (const { at, calls } of exact) {
      const end = bucketEnd(at);
      buckets.set(end, (buckets.get(end) ?? 0) + calls);
    }
    for (const [at, calls] of buckets) await addCalls(trx, { account, at, calls });
  });
}

/** The last millisecond of the bucket. */
function bucketEnd(at: number): number {
  return Math.floor(at / CALL_LIMITS.bucketMs) * CALL_LIMITS.bucketMs + CALL_LIMITS.bucketMs - 1;
}

async function permit(
  trx: Statement,
  request: { readonly account: string; readonly now: number; readonly limits: CallLimits },
): Promise<CallDecision> {
  const { account, now, limits } = request;
  const pause = await storedPause(trx, account);
  // Deleted, because a pause is never shortened: it would hide the next one.
  if (isVoid(pause, now)) await trx.deleteFrom('pause').where('account', '=', account).execute();
  else if (pause > now) return { kind: 'paused', at: now, until: pause };
  if ((await callsOfDay(trx, account, now)) >= limits.callsPerDay) {
    return {
      kind: 'day-used-up',
      at: now,
      until: (await oldestCall(trx, account, now)) + CALL_LIMITS.dayMs,
    };
  }
  const { calls, windowMs } = limits.burst;
  const blocking = await callFromEnd(trx, { account, until: now + windowMs }, calls);
  if (blocking !== undefined && blocking + windowMs > now) {
    return { kind: 'wait', at: now, until: blocking + windowMs };
  }
  return { kind: 'go', at: now };
}

/**
 * When the n-th last call was sent; undefined if there were fewer. Calls more than a window ahead were
 * counted before the clock was set back. Waiting for them could take hours, so only the day counts
 * them.
 */
async function callFromEnd(
  trx: Statement,
  { account, until }: { readonly account: string; readonly until: number },
  position: number,
): Promise<number | undefined> {
  const rows = await trx
    .selectFrom('call')
    .select(['at', 'calls'])
    .where('account', '=', account)
    .where('at', '<=', until)
    .orderBy('at', 'desc')
    .limit(position)
    .execute();
  let counted = 0;
  for (const { at, calls } of rows) {
    counted += calls;
    if (counted >= position) return at;
  }
  return undefined;
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

async function countCall(trx: Statement, account: string, at: number): Promise<void> {
  await addCalls(trx, { account, at, calls: 1 });
}

async function addCalls(
  trx: Statement,
  row: { account: string; at: number; calls: number },
): Promise<void> {
  await trx
    .insertInto('call')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['account', 'at'])
        .doUpdateSet((set) => ({ calls: set('call.calls', '+', row.calls) })),
    )
    .execute();
}
