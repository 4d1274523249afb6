import { beginBackfill, endBackfill } from '../db/backfills.ts';
import type { RunReport } from '../db/run-report.ts';
import type { SourceName } from '../share/share.ts';
import type { AppContext } from './app-context.ts';
import { type BackfillWindow, backfillOf } from './backfill-window.ts';
import { executeRun, type RunOptions } from './execute-run.ts';
import type { Run } from './run-lifecycle.ts';
import { readWindow } from './stages.ts';
import { hasHistory } from './tenant-sources.ts';

export interface BackfillOptions extends RunOptions {
  readonly window: BackfillWindow;
}

/**
 * Executes one `backfill` of one tenant: reads the shares of a past window with its own cursors, and
 * queues them behind fresh ones. Later runs send what Gong does not accept today. Throws RunBroken if
 * the database failed, or for a bug.
 */
export function runBackfill(context: AppContext, options: BackfillOptions): Promise<RunReport> {
  const { window, push } = options;
  const isAutomatic = push === 'send';
  const driveDatabase = async () => context.db;
  return executeRun(context, options, {
    kind: 'backfill',
    read: (run, take) =>
      readWindow(run, {
        take,
        driveDatabase,
        window,
        track: (source, read) => trackWindow(run, { window, source, isAutomatic }, read),
      }),
  });
}

/** A window counts as read once its end was reached; until then the same command resumes it. */
async function trackWindow(
  run: Run,
  {
    window,
    source,
    isAutomatic,
  }: {
    readonly window: BackfillWindow;
    readonly source: SourceName;
    /** whether a worker can continue it if it is interrupted */
    readonly isAutomatic: boolean;
  },
  read: () => Promise<void>,
): Promise<void> {
  const { context, lease, tenant } = run;
  const backfill = backfillOf(tenant, window, source);
  // A source without history is never in progress: each attempt is refused, with the reason.
  if (hasHistory(tenant, source)) {
    const now = context.clock.now();
    await beginBackfill(context.db, lease.key, { backfill, isAutomatic, now });
  }
  await read();
  await endBackfill(context.db, lease.key, { backfill, now: context.clock.now() });
}
