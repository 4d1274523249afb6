import { type ExpressionBuilder, sql } from 'kysely';
import { lockTotal, storeTotal } from './call-total.ts';
import { callsOfDay } from './calls.ts';
import { CALL_LIMITS } from './limits.ts';
import type { Database, Tables } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** How far into its bucket a call was counted, in milliseconds. */
const inBucket = sql<number>`at % ${sql.lit(CALL_LIMITS.bucketMs)}`;
/** The last millisecond of that bucket. */
const bucketEnd = sql<number>`at - ${inBucket} + ${sql.lit(CALL_LIMITS.bucketMs - 1)}`;

/**
 * Folds calls that the short window no longer needs into one row per minute, at the minute's end. The
 * day then counts a call for up to a minute too long, never too short. Deletes rows older than a day.
 * Does not touch rows that are already folded, since a full day has many.
 *
 * Sums the day again: a process of a version without totals may still have counted calls.
 */
export async function foldCalls(db: Database, account: string, now: number): Promise<void> {
  const { bucketMs, dayMs, exactMs } = CALL_LIMITS;
  const since = now - dayMs;
  await inTransaction(db, async (trx) => {
    await lockTotal(trx, account);
    await trx.deleteFrom('call').where('account', '=', account).where('at', '<=', since).execute();
    const isExact = (where: ExpressionBuilder<Tables, 'call'>) =>
      where.and([
        where('account', '=', account),
        where('at', '<', now - exactMs),
        where(inBucket, '<>', bucketMs - 1),
      ]);
    await trx
      .insertInto('call')
      .columns(['account', 'at', 'calls'])
      .expression((from) =>
        from
          .selectFrom('call')
          .select((select) => ['account', bucketEnd.as('at'), select.fn.sum('calls').as('calls')])
          .where(isExact)
          .groupBy(['account', bucketEnd]),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['account', 'at'])
          .doUpdateSet((set) => ({ calls: set('call.calls', '+', set.ref('excluded.calls')) })),
      )
      .execute();
    await trx.deleteFrom('call').where(isExact).execute();
    await storeTotal(trx, account, { since, calls: await callsOfDay(trx, account, now) });
  });
}
