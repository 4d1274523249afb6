import { beginBackfill, endBackfill } from '../db/backfills.ts';
import type { RunReport } from '../db/run-report.ts';
import type { SourceName } from '../share/share.ts';
import {
  type BackfillWindow,
  backfillOf,
  deliveryWindow,
  hasHistory,
  sourcesAsked,
} from './backfill-window.ts';
import type { AppContext } from './context.ts';
import { rulesOf } from './decide.ts';
import { readDriveHistory } from './drive-stage.ts';
import { executeRun, type RunOptions } from './execute.ts';
import { type ReadBatch, type ReadContext, readSource, reopenBeforeStart } from './read-source.ts';
import type { Run } from './run.ts';
import { tryStage } from './try-stage.ts';

export interface BackfillOptions extends RunOptions {
  readonly window: BackfillWindow;
}

/** A window that is being read, with the way that leads from its pages into the database. */
interface WindowReading {
  readonly run: Run;
  readonly window: BackfillWindow;
  readonly reading: ReadContext;
}

/**
 * One `backfill` of one tenant: the shares of a past window, each source with cursors of its own.
 * What is read is queued behind everything fresh, and what Gong does not take today waits there for
 * the coming runs. Throws RunBroken where the database failed, or for a bug; vendors' failures are in
 * the report.
 */
export function runBackfill(context: AppContext, options: BackfillOptions): Promise<RunReport> {
  const { window, tenant } = options;
  const sources = sourcesAsked(tenant, window);
  return executeRun(context, options, {
    kind: 'backfill',
    read: (run, take) => readSources(run, { window, sources, take }),
  });
}

/** True where no source could be read at all. */
async function readSources(
  run: Run,
  how: {
    readonly window: BackfillWindow;
    readonly sources: readonly SourceName[];
    readonly take: (batch: ReadBatch) => Promise<void>;
  },
): Promise<boolean> {
  const { context, tenant, connections, counters, signal, startedAt } = run;
  const { window, sources } = how;
  let pages = 0;
  const take = async (batch: ReadBatch) => {
    await how.take(batch);
    pages += 1;
  };
  const { db, clock } = context;
  const rules = rulesOf(tenant, undefined);
  const crm = connections.salesforce;
  const reading = { db, clock, tenant, rules, runStartedAt: startedAt, crm, signal, take };
  let failed = 0;
  for (const source of sources) {
    const read = () => readWindow({ run, window, reading }, source);
    if (!(await tryStage(counters, read))) failed += 1;
  }
  return failed > 0 && failed === sources.length && pages === 0;
}

/** A window counts as read once its end was reached; until then the same command goes on with it. */
async function readWindow(work: WindowReading, source: SourceName): Promise<void> {
  const { run, window, reading } = work;
  const { context, lease, tenant } = run;
  const backfill = backfillOf(tenant, window, source);
  // What cannot be read is not under way: it is refused each time, with the reason.
  if (hasHistory(tenant, source)) {
    await beginBackfill(context.db, lease.key, { backfill, now: context.clock.now() });
  }
  if (source === 'salesforce') await readDeliveries(work);
  else
    await readDriveHistory(reading, {
      context,
      counters: run.counters,
      record: context.db,
      window,
    });
  await endBackfill(context.db, lease.key, { backfill, now: context.clock.now() });
}

async function readDeliveries({ run, window, reading }: WindowReading): Promise<void> {
  const { connections, tenant, startedAt } = run;
  // What a sync passed over as too old goes, whether Salesforce still has it or not.
  await reopenBeforeStart(reading, { ...window, source: 'salesforce' });
  let total = 0;
  let done = 0;
  const onTotal = (deliveries: number) => {
    total = deliveries;
    run.reportProgress({ done, total });
  };
  const options = { tenant, window, now: startedAt, onTotal };
  const source = deliveryWindow(connections.salesforce, options);
  const take = async (batch: ReadBatch) => {
    await reading.take(batch);
    done += batch.sharesRead;
    run.reportProgress({ done, total });
  };
  try {
    await readSource({ ...reading, take }, source);
  } finally {
    // Rows that were no shares of the window are not waited for any more.
    run.reportProgress({ done, total: done });
  }
}
