import { expect } from 'vitest';
import type { Database } from '../../src/db/schema.ts';
import { createPacer, type Pacer } from '../../src/push/pacer.ts';
import type { VirtualClock } from './virtual-clock.ts';

export const ACCOUNT = 'account';
/** calls a day that no test uses up by the way */
export const ENOUGH = 1_000_000;
const { signal: never } = new AbortController();

export const pacerOn = (db: Database, clock: VirtualClock) =>
  createPacer({ db, account: ACCOUNT, clock });

/** When each of the calls was let through; all ask at once. */
export async function timesOf(
  clock: VirtualClock,
  options: { readonly pacers: readonly Pacer[]; readonly calls: number; readonly rate: number },
): Promise<number[]> {
  const settings = { callsPerSecond: options.rate, callsPerDay: ENOUGH };
  const times: number[] = [];
  const asked = Array.from({ length: options.calls }, async (_, index) => {
    const pacer = options.pacers[index % options.pacers.length];
    const turn = await pacer?.take(settings, never);
    expect(turn).toMatchObject({ kind: 'go' });
    times.push(clock.now());
  });
  await clock.run(Promise.all(asked));
  return times;
}
