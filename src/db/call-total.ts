import { compileOnce } from './compile-once.ts';
import type { Statement } from './schema.ts';

/** The sum of the account's calls that are counted after `since`, epoch milliseconds. */
export interface CallTotal {
  readonly since: number;
  readonly calls: number;
}

/** Calls that are added to the count at a time, or removed from it. */
export interface CallChange {
  readonly at: number;
  readonly calls: number;
}

/** After the end of time, no call is counted: true for every account. */
const NOTHING: CallTotal = { since: Number.MAX_SAFE_INTEGER, calls: 0 };

const lock = compileOnce<{ readonly account: string }, CallTotal>((db, value) =>
  db
    .insertInto('call_total')
    .values({ account: value('account'), ...NOTHING })
    .onConflict((conflict) =>
      conflict.column('account').doUpdateSet((set) => ({ calls: set.ref('call_total.calls') })),
    )
    .returning(['since', 'calls']),
);

/**
 * Reads the total. Must be the first statement of every transaction that changes the account's calls:
 * it locks the row, so that no other process counts calls until this transaction ends.
 */
export async function lockTotal(trx: Statement, account: string): Promise<CallTotal> {
  const { rows } = await lock(trx, { account });
  return rows[0] ?? NOTHING;
}

const store = compileOnce<CallTotal & { readonly account: string }>((db, value) =>
  db
    .updateTable('call_total')
    .set({ since: value('since'), calls: value('calls') })
    .where('account', '=', value('account')),
);

export async function storeTotal(
  trx: Statement,
  account: string,
  { since, calls }: CallTotal,
): Promise<void> {
  await store(trx, { account, since, calls });
}

/** The total after these changes to the table of calls. */
export function changedTotal(total: CallTotal, changes: readonly CallChange[]): CallTotal {
  const counted = changes.filter(({ at }) => at > total.since);
  return { ...total, calls: counted.reduce((sum, { calls }) => sum + calls, total.calls) };
}

/**
 * The total after `since` instead: a later time as time passes, or an earlier one if the clock was set
 * back. `between`:
 * the calls counted after the earlier of the two times, up to and including the later one.
 */
export function movedTotal(total: CallTotal, since: number, between: number): CallTotal {
  const calls = since > total.since ? total.calls - between : total.calls + between;
  return { since, calls };
}
