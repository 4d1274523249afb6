import { expect } from 'vitest';
import type { Database } from '../../src/db/schema.ts';
import { createPacer, type Pacer } from '../../src/push/pacer.ts';
import type { VirtualClock } from './virtual-clock.ts';

export const ACCOUNT = 'account';
/** more calls per day than any test sends */
export const ENOUGH = 1_000_000;
const { signal: never } = new AbortController();

export const pacerOn = (db: Database, clock: VirtualClock) =>
  createPacer({ db, account: ACCOUNT, clock });

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
