import { type CallChange, changedTotal, lockTotal, storeTotal } from './call-total.ts';
import { compileOnce } from './compile-once.ts';
import type { Database, Statement } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** A call that was counted at `from`, epoch milliseconds. */
export interface Correction {
  readonly from: number;
  /** when it arrived; absent: it was never sent, and does not count */
  readonly to?: number;
}

/** Counts calls at the time of their arrival, instead of the earlier time of sending, or not at all. */
export async function correctCalls(
  db: Database,
  calls: { readonly account: string; readonly corrections: readonly Correction[] },
): Promise<void> {
  const { account, corrections } = calls;
  await inTransaction(db, async (trx) => {
    const total = await lockTotal(trx, account);
    const changes = await correct(trx, account, corrections);
    await storeTotal(trx, account, changedTotal(total, changes));
  });
}

/** The same in a transaction that has the lock. Returns what changed. */
export async function correct(
  trx: Statement,
  account: string,
  corrections: readonly Correction[],
): Promise<CallChange[]> {
  const changes: CallChange[] = [];
  for (const [from, moved] of Map.groupBy(corrections, (correction) => correction.from)) {
    // If they were folded in the meantime, their minute counts them, which is exact enough.
    if (!(await uncount(trx, account, { at: from, calls: moved.length }))) continue;
    changes.push({ at: from, calls: -moved.length });
    const arrivals = moved.flatMap(({ to }) => to ?? []);
    for (const [at, { length: calls }] of Map.groupBy(arrivals, (arrival) => arrival)) {
      await addCalls(trx, { account, at, calls });
      changes.push({ at, calls });
    }
  }
  return changes;
}

type CallsAt = CallChange & { readonly account: string };

const subtract = compileOnce<CallsAt, { readonly calls: number }>((db, value) =>
  db
    .updateTable('call')
    .set((set) => ({ calls: set('calls', '-', value('calls')) }))
    .where('account', '=', value('account'))
    .where('at', '=', value('at'))
    .where('calls', '>=', value('calls'))
    .returning('calls'),
);

/** Returns false if fewer calls are counted at that time. */
async function uncount(trx: Statement, account: string, change: CallChange): Promise<boolean> {
  const { rows } = await subtract(trx, { account, ...change });
  const [row] = rows;
  if (row?.calls === 0) {
    await trx
      .deleteFrom('call')
      .where('account', '=', account)
      .where('at', '=', change.at)
      .execute();
  }
  return row !== undefined;
}

const add = compileOnce<CallsAt>((db, value) =>
  db
    .insertInto('call')
    .values({ account: value('account'), at: value('at'), calls: value('calls') })
    .onConflict((conflict) =>
      conflict
        .columns(['account', 'at'])
        .doUpdateSet((set) => ({ calls: set('call.calls', '+', set.ref('excluded.calls')) })),
    ),
);

/** Counts calls at that time. */
export async function addCalls(trx: Statement, calls: CallsAt): Promise<void> {
  await add(trx, calls);
}
