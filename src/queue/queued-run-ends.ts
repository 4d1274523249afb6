import { QUEUE_LIMITS } from './limits.ts';
import { FINISHED, type TakenRunEnd } from './queue-worker.ts';
import type { DueEntry, HistoryEntry, QueuedRun } from './run-queue.ts';

/** How a due run ended, as the scheduler names it. */
export type DueEnd = 'ran' | 'done' | 'busy' | 'broken' | 'stopped';

/** `retryMs`: the delay after the first failure of the database; doubled up to `retryMsMax`. */
export function endOfDue(
  entry: DueEntry,
  end: DueEnd,
  { retryMs, retryMsMax }: { readonly retryMs: number; readonly retryMsMax: number },
): TakenRunEnd {
  switch (end) {
    case 'ran':
    case 'done':
      return FINISHED;
    case 'busy':
      return busyAgain(entry);
    case 'stopped':
      return { kind: 'put back', entry: { ...entry, busy: 0 }, delayMs: 0 };
    case 'broken': {
      const delayMs = Math.min(retryMsMax, retryMs * 2 ** entry.failures);
      const failures = entry.failures + 1;
      return { kind: 'put back', entry: { ...entry, failures, busy: 0, why: 'retry' }, delayMs };
    }
  }
}

/** - `progress`: more is left, and it can continue at once; `idle`: only later */
export type SliceEnd = 'complete' | 'progress' | 'idle' | 'busy' | 'stopped';

export function endOfSlice(entry: HistoryEntry, end: SliceEnd): TakenRunEnd {
  switch (end) {
    case 'complete':
      return FINISHED;
    case 'busy':
      return busyAgain(entry);
    case 'progress':
    case 'stopped':
      return { kind: 'put back', entry: { ...entry, busy: 0 }, delayMs: 0 };
    case 'idle':
      return {
        kind: 'put back',
        entry: { ...entry, busy: 0 },
        delayMs: QUEUE_LIMITS.idleSliceDelayMs,
      };
  }
}

/**
 * Whether an attempt at a due run is logged if another run has the tenant's lock: the first one,
 * and then one per minute.
 */
export function isLoggedAttempt({ busy }: DueEntry): boolean {
  return busy === 0 || busy >= QUEUE_LIMITS.busyDelaysMax;
}

/** Another run has the tenant's lock. If it has died, the lock expires within a minute. */
function busyAgain(entry: QueuedRun): TakenRunEnd {
  const { busyDelayMs, busyDelaysMax, longBusyDelayMs } = QUEUE_LIMITS;
  const delayMs = entry.busy < busyDelaysMax ? busyDelayMs : longBusyDelayMs;
  return { kind: 'put back', entry: { ...entry, busy: entry.busy + 1 }, delayMs };
}
