import { setImmediate } from 'node:timers/promises';
import { SEARCH_LIMITS } from '../outbox/limits.ts';
import { indexNextEvents } from '../outbox/search-index.ts';
import type { AppContext } from '../runs/app-context.ts';

/** Indexes what runs have written, so that `explain` and searches find it. Throws DatabaseError. */
export async function indexForSearch({ db }: AppContext, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const handled = await indexNextEvents(db);
    if (handled < SEARCH_LIMITS.eventsPerBatchMax) return;
    // SQLite runs in this thread: this lets running runs continue between two batches.
    await setImmediate();
  }
}
