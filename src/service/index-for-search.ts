import { setImmediate } from 'node:timers/promises';
import type { RunReport } from '../db/run-report.ts';
import { indexNextEvents } from '../outbox/search-index.ts';
import type { AppContext } from '../runs/app-context.ts';
import { INDEXING_LIMITS } from './limits.ts';

/**
 * Indexes what runs have written, so that `explain` and searches find it, for at most `forMs`. The
 * next call continues. Throws DatabaseError.
 */
export async function indexForSearch(
  { db, clock }: AppContext,
  { forMs, signal }: { readonly forMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const end = clock.now() + forMs;
  while (!signal.aborted && clock.now() < end && (await indexNextEvents(db))) {
    // SQLite runs in this thread: this lets running runs continue between two batches.
    await setImmediate();
  }
}

/** A small part of the time that the runs took: a large first sync is indexed by several commands. */
export function indexingTimeOf(reports: readonly RunReport[]): number {
  const started = reports.map(({ startedAt }) => Date.parse(startedAt));
  const finished = reports.map(({ finishedAt }) => Date.parse(finishedAt));
  const tookMs = reports.length === 0 ? 0 : Math.max(...finished) - Math.min(...started);
  return Math.max(INDEXING_LIMITS.commandMsMin, tookMs * INDEXING_LIMITS.shareOfRuns);
}
