import { changedTotal, lockTotal, storeTotal } from '../call-total.ts';
import { addCalls } from '../correct-calls.ts';
import { pauseAccount } from '../pauses.ts';
import type { Statement } from '../schema.ts';
import type { TableName } from './table-plans.ts';

/**
 * What `check` leaves in an otherwise empty TO: its calls to Gong, which count against the limits. The
 * copy replaces these tables, and adds the calls again at its end.
 */
export const CALL_TABLES: readonly TableName[] = ['call', 'call_total', 'pause'];

export interface CallsOfTarget {
  readonly calls: readonly {
    readonly account: string;
    readonly at: number;
    readonly calls: number;
  }[];
  readonly pauses: readonly { readonly account: string; readonly until: number }[];
}

export async function readCallsOfTarget(trx: Statement): Promise<CallsOfTarget> {
  return {
    calls: await trx.selectFrom('call').select(['account', 'at', 'calls']).execute(),
    pauses: await trx.selectFrom('pause').select(['account', 'until']).execute(),
  };
}

export async function addCallsOfTarget(
  trx: Statement,
  { calls, pauses }: CallsOfTarget,
): Promise<void> {
  for (const { account, ...call } of calls) {
    const total = await lockTotal(trx, account);
    await addCalls(trx, { account, ...call });
    await storeTotal(trx, account, changedTotal(total, [call]));
  }
  for (const { account, until } of pauses) await pauseAccount(trx, account, until);
}
