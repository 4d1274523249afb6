import type { RunReport } from '../db/run-report.ts';
import { salesforceSource } from './connections.ts';
import type { AppContext } from './context.ts';
import { rulesOf } from './decide.ts';
import { driveKnowledge, readDrive } from './drive-stage.ts';
import { executeRun, type RunOptions } from './execute.ts';
import { type ReadBatch, readSource, reconsiderHeld } from './read-source.ts';
import type { Run } from './run.ts';
import { startOf } from './start-time.ts';
import { tryStage } from './try-stage.ts';

export interface SyncOptions extends RunOptions {
  /** `all`: each source whole again, compared with what is on record */
  readonly reach: 'new' | 'all';
}

/**
 * One `sync` of one tenant: what is new in each source, then what was held. Throws RunBroken where
 * the database failed, or for a bug; vendors' failures are in the report.
 */
export function runSync(context: AppContext, options: SyncOptions): Promise<RunReport> {
  const { reach } = options;
  return executeRun(context, options, {
    kind: 'sync',
    read: (run, take) => readAll(run, { reach, take }),
  });
}

/** True where no source could be read at all. */
async function readAll(
  run: Run,
  how: {
    readonly reach: SyncOptions['reach'];
    readonly take: (batch: ReadBatch) => Promise<void>;
  },
): Promise<boolean> {
  const { context, tenant, connections, counters, signal } = run;
  const { reach } = how;
  const start = await startOf(run);
  const sources = salesforceSource(connections.salesforce, { tenant, start, reach });
  let pages = 0;
  let failed = 0;
  const take = async (batch: ReadBatch) => {
    await how.take(batch);
    pages += 1;
  };
  const rules = rulesOf(tenant, start);
  const { db, clock } = context;
  const crm = connections.salesforce;
  const reading = { db, clock, tenant, rules, runStartedAt: run.startedAt, crm, signal, take };
  for (const source of sources) {
    if (!(await tryStage(counters, () => readSource(reading, source)))) failed += 1;
  }
  const drive = await readDrive(reading, { context, counters, record: db, start, reach });
  if (drive.outcome === 'failed') failed += 1;
  await tryStage(counters, () => reconsiderHeld(reading, driveKnowledge(tenant, drive)));
  const configured = sources.length + (tenant.googleDrive ? 1 : 0);
  return failed > 0 && failed === configured && pages === 0;
}
