import { expect } from 'vitest';
import { type CallDecision, type CallRequest, takeCalls } from '../../src/db/calls.ts';
import { correctCalls } from '../../src/db/correct-calls.ts';
import type { Database } from '../../src/db/schema.ts';
import { createPacer, type Pacer } from '../../src/push/pacer.ts';
import type { VirtualClock } from './virtual-clock.ts';

export const ACCOUNT = 'account';
/** more calls per day than any test sends */
export const ENOUGH = 1_000_000;
const { signal: never } = new AbortController();

export const pacerOn = (db: Database, clock: VirtualClock) =>
  createPacer({ db, account: ACCOUNT, clock });

/** Takes a single call, without corrections. */
export async function takeCall(
  db: Database,
  request: Pick<CallRequest, 'account' | 'now' | 'limits'>,
): Promise<Exclude<CallDecision, { kind: 'go' }> | { readonly kind: 'go'; readonly at: number }> {
  const decision = await takeCalls(db, {
    ...request,
    requested: 1,
    arrivalMarginMs: 0,
    corrections: [],
  });
  if (decision.kind !== 'go') return decision;
  const { calls, ...go } = decision;
  expect(calls).toBe(1);
  return go;
}

export function moveCall(
  db: Database,
  { account, from, to }: { readonly account: string; readonly from: number; readonly to: number },
): Promise<void> {
  return correctCalls(db, { account, corrections: [{ from, to }] });
}

/** The times when the calls were permitted. All are requested at once. */
export async function timesOf(
  clock: VirtualClock,
  options: { readonly pacers: readonly Pacer[]; readonly calls: number; readonly rate: number },
): Promise<number[]> {
  const settings = { callsPerSecond: options.rate, callsPerDay: ENOUGH };
  const times: number[] = [];
  const requests = Array.from({ length: options.calls }, async (_, index) => {
    const pacer = options.pacers[index % options.pacers.length];
    const permit = await pacer?.acquire(settings, never);
    expect(permit).toMatchObject({ kind: 'granted' });
    times.push(clock.now());
  });
  await clock.run(Promise.all(requests));
  return times;
}
