import type { RunEvent, RunListener } from './run-events.ts';

/** How far a run is, for a person who watches it. */
export interface Progress {
  readonly found: number;
  readonly queued: number;
  readonly settled: number;
  /** calls to Salesforce and Google: they move before the first share is found */
  readonly calls: number;
  /** shares read, of all in the backfill window; absent while the total is unknown */
  readonly read?: { readonly done: number; readonly total: number };
}

const MOVES: readonly RunEvent['kind'][] = ['page committed', 'event settled', 'call made'];

/** Reports the run's progress whenever it moves. */
export function followProgress(onProgress: (progress: Progress) => void): RunListener {
  let read: Progress['read'];
  return (event, { foundInAll: found, queued, settled, calls: made }) => {
    if (event.kind === 'window read') read = { done: event.done, total: event.total };
    else if (!MOVES.includes(event.kind)) return;
    const calls = made.salesforce + made.google;
    onProgress({ found, queued, settled, calls, ...(read && { read }) });
  };
}
