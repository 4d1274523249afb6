import { DatabaseReplaced } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { DATABASE_WATCH_LIMITS } from './limits.ts';

/**
 * Checks the database's files once a minute until `signal` is aborted. Calls `onReplaced` and ends
 * once they are no longer those that this process has open. Never rejects.
 */
export async function watchDatabase(
  { clock, databaseFiles }: Pick<AppContext, 'clock' | 'databaseFiles'>,
  options: {
    readonly signal: AbortSignal;
    readonly onReplaced: (error: DatabaseReplaced) => void;
  },
): Promise<void> {
  const { signal, onReplaced } = options;
  try {
    for (;;) {
      await clock.sleep(DATABASE_WATCH_LIMITS.intervalMs, signal);
      databaseFiles.requireUnchanged();
    }
  } catch (error) {
    if (error instanceof DatabaseReplaced) onReplaced(error);
    else if (!signal.aborted) throw error;
  }
}
