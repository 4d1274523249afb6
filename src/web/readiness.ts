import { verifyWritable } from '../db/verify-writable.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { FreshValue } from './fresh-value.ts';
import { READY_LIMITS } from './limits.ts';

export type Readiness =
  | { readonly isReady: true }
  | { readonly isReady: false; readonly reason: string };

/** Checks that the database is writable and the scheduler ticks; at most once per second. */
export function createReadiness(
  context: Pick<AppContext, 'clock' | 'db' | 'databaseFiles'>,
  tickedAt: () => number,
): () => Promise<Readiness> {
  const { clock } = context;
  const value = new FreshValue({
    clock,
    freshMs: READY_LIMITS.freshMs,
    read: () => checkReadiness(context, tickedAt()),
  });
  return () => value.get();
}

async function checkReadiness(
  { clock, db, databaseFiles }: Pick<AppContext, 'clock' | 'db' | 'databaseFiles'>,
  tickedAt: number,
): Promise<Readiness> {
  const age = Math.abs(clock.now() - tickedAt);
  if (age > READY_LIMITS.tickAgeMsMax) {
    return { isReady: false, reason: `the scheduler last ticked ${Math.round(age / 1_000)} s ago` };
  }
  try {
    databaseFiles.requireUnchanged();
    const writing = verifyWritable(db).then(() => 'written' as const);
    if ((await within(clock, writing)) === 'written') return { isReady: true };
    return {
      isReady: false,
      reason: 'the database is locked by another process, or does not respond',
    };
  } catch (error) {
    return { isReady: false, reason: messageOf(error) };
  }
}

/** Undefined if the work takes too long; it is then left to end by itself. */
async function within<T>(clock: Clock, work: Promise<T>): Promise<T | undefined> {
  const timer = new AbortController();
  work.catch(() => {});
  const tooLong = clock.sleep(READY_LIMITS.databaseMsMax, timer.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    timer.abort();
  }
}
