import type { RunListener } from './run-events.ts';

/** How far a run is, for a person who watches it. */
export interface Progress {
  readonly found: number;
  readonly queued: number;
  readonly settled: number;
  /** shares read, of all in the backfill window; absent while the total is unknown */
  readonly read?: { readonly done: number; readonly total: number };
}

/** Reports the run's progress whenever it moves. */
export function followProgress(onProgress: (progress: Progress) => void): RunListener {
  let read: Progress['read'];
  return (event, { foundInAll: found, queued, settled }) => {
    if (event.kind === 'window read') read = { done: event.done, total: event.total };
    else if (event.kind !== 'page committed' && event.kind !== 'event settled') return;
    onProgress({ found, queued, settled, ...(read && { read }) });
  };
}
