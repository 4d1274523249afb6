import { pagesInState } from '../outbox/pages-in-state.ts';
import type { SourceName } from '../share/share.ts';
import { BATCH_LIMITS } from '../sources/limits.ts';
import { decider, takeReconsidered } from './read-source.ts';
import type { ReadContext } from './reading-context.ts';

/** Decides again, page by page, what a sync skipped as too old and a backfill now asks for. */
export async function reopenBeforeStart(
  reading: ReadContext,
  window: {
    readonly source: SourceName;
    /** epoch milliseconds, inclusive and exclusive */
    readonly since: number;
    readonly until?: number;
  },
): Promise<void> {
  const { tenant } = reading.tenant;
  const size = BATCH_LIMITS.sharesPerBatchMax;
  const skipped = { tenant, state: 'skipped', reason: 'before-start', size, ...window } as const;
  for await (const events of pagesInState(reading.db, skipped)) {
    reading.signal.throwIfAborted();
    // Retention left nothing of the others to decide on; their source brings them back in full.
    const complete = events.filter(({ erasedAt }) => erasedAt === undefined);
    const shares = complete.map(({ share }) => share);
    const decide = await decider(reading, shares, {});
    const reconsidered = shares.map(decide);
    await takeReconsidered(reading, { reconsidered, alreadyHeld: new Set() });
  }
}
