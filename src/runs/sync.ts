import type { RunReport } from '../db/run-report.ts';
import type { AppContext } from './app-context.ts';
import { executeRun, type RunOptions } from './execute-run.ts';
import type { SyncScope } from './reading-context.ts';
import { readNew } from './stages.ts';
import { startOfTenant } from './start-time.ts';

export interface SyncOptions extends RunOptions, Pick<SyncScope, 'reach'> {}

/** Executes one `sync` of one tenant. Throws RunBroken if the database failed, or for a bug. */
export function runSync(context: AppContext, options: SyncOptions): Promise<RunReport> {
  const { reach } = options;
  const driveDatabase = async () => context.db;
  return executeRun(context, options, {
    kind: 'sync',
    read: async (run, take) =>
      readNew(run, { take, driveDatabase, reach, start: await startOfTenant(run) }),
  });
}
